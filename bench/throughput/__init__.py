"""Requests a second of the service, of a bare WSGI application and of the peers."""
