"""Reading mail: from bytes to the words that its author wrote. Pure Python; nothing here knows of Django."""
