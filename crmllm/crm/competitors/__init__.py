"""The list of competitors that an admin keeps: who else sells what we sell, and how people write them."""
