"""The documentation page at `/docs`, and the OpenAPI specification as files."""
