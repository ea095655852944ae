"""Interaction -> grounded values: rules and a model propose, code locates and decides."""
