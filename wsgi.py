"""The WSGI application that gunicorn and the command `flask` load."""

import atexit
import sys

from api.app import close_app, create_app
from api.config import SettingError

try:
    app = create_app()
except SettingError as error:
    sys.exit(f"briefs: {error}")
atexit.register(close_app, app)
