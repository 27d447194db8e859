"""The WSGI application that gunicorn and the command `flask` load."""

import atexit
import sys

import click

from api.app import close_app, create_app
from api.config import SettingError

try:
    # Within a command, log lines are written at once, so that they are in order with the output.
    app = create_app(queues_log=click.get_current_context(silent=True) is None)
except SettingError as error:
    sys.exit(f"briefs: {error}")
atexit.register(close_app, app)
