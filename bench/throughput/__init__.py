"""Measure requests per second: this service, a minimal WSGI application, and other frameworks."""
