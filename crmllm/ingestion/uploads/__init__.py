"""Files that people bring in through the page: at once when they are small, by a visible job when they are large."""
