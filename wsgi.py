"""The web application that gunicorn and `flask` load."""

import sys

from api.app import create_app
from api.config import SettingError

try:
    app = create_app()
except SettingError as error:
    sys.exit(f"briefs: {error}")
