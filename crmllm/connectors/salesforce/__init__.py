"""Salesforce: what it is as data (connector.yaml), and what data cannot say (strategy)."""
