"""Records taken over from elsewhere with their past, many at once."""
