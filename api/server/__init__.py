"""The HTTP server: gunicorn with a worker class of this project."""
