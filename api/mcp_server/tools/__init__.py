"""The tools of `/mcp`. Each reads resources of the HTTP API and shortens their JSON for a language model."""
