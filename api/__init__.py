"""The web service: JSON resources over HTTP."""

__version__ = "1.0.0"
