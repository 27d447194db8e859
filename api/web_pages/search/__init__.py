"""The search page and its filters."""
