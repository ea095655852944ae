"""What records refer to: users of the CRM, products, competitors, pipelines and rates."""
