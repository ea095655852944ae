"""A small Salesforce that keeps state, with the permissions, limits and failures of the real one.

It follows the vendor's public documentation and shares no code and no constants with the product.
"""
