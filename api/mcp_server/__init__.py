"""`POST /mcp`: the service as tools for language models (Model Context Protocol)."""
