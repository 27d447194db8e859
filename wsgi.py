"""The application with its command line: what gunicorn and `flask` load."""

import sys

from api.app import create_app
from api.config import SettingError
from seeds.cli import seed

try:
    app = create_app()
except SettingError as error:
    sys.exit(f"briefs: {error}")
app.cli.add_command(seed)
