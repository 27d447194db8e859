"""The peers of the service. Each serves the same article from the same tables, as its guide suggests."""
