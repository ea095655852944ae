"""Keeps our records in step with a CRM: passes over its lists, single records again, events that it sends."""
