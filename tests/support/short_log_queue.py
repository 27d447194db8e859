"""The application of wsgi.py, in which only a few log lines can wait for the reader of the log."""

from api.app import LOG_WRITER
from wsgi import app

MAX_LINES = 300

app.extensions[LOG_WRITER].max_lines = MAX_LINES
