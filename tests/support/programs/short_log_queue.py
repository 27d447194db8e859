"""The application of wsgi.py with a short log queue, for tests in which nobody reads the log."""

from api.app import LOG_WRITER
from wsgi import app

MAX_LINES = 300

app.extensions[LOG_WRITER].max_lines = MAX_LINES
