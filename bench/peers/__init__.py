"""Programs that are compared with the service: each serves the same article by a different framework."""
