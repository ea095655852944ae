"""Connects a language model to a company's CRM."""
