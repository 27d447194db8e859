"""Streams: everything that a query of a collection matches, as NDJSON or CSV, in one response."""
