"""Converting a lead where it lives: in the CRM that is master of leads, and here after it."""
