"""The Salesforce connector against the tests' Salesforce, every call held to the contract."""
