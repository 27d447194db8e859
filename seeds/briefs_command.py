"""The `briefs` command: migrate the database, load documents and start the server, from any folder."""

import os
import sys
import sysconfig
from pathlib import Path

import click
from flask.cli import ScriptInfo
from flask_migrate.cli import db

from api import __version__
from api.server.settings import check_settings
from seeds.cli import seed
from seeds.console import print_message, print_result
from seeds.keys_command import keys

PROJECT = Path(__file__).parents[1]


@click.group()
@click.version_option(__version__)
@click.pass_context
def briefs(context: click.Context) -> None:
    """Serve news briefs as JSON, and seed the database from documents."""
    context.obj = ScriptInfo(app_import_path=str(PROJECT / "wsgi.py"))


briefs.add_command(db)
briefs.add_command(keys)
briefs.add_command(seed)


@briefs.command()
def check() -> None:
    """Check all settings, as the server does at startup.

    Reload a running server only if this command succeeds: an invalid setting would end the server. The
    command does not access the database.

    Exit status: 0 if all settings are valid, otherwise 2.
    """
    try:
        check_settings()
    except SystemExit as error:
        print_message(str(error.code))
        sys.exit(2)
    print_result("All settings are valid.")


@briefs.command(context_settings={"ignore_unknown_options": True})
@click.argument("gunicorn_options", metavar="[GUNICORN_OPTION]...", nargs=-1, type=click.UNPROCESSED)
def serve(gunicorn_options: tuple[str, ...]) -> None:
    """Serve the API with gunicorn on the address BRIEFS_BIND (default: 127.0.0.1:8000).

    The variable PORT replaces the port of BRIEFS_BIND.

    You can add options of gunicorn, which override gunicorn.conf.py. Paths in these options are
    relative to the folder of the project.

    Example: briefs serve --workers 4
    """
    # gunicorn reads gunicorn.conf.py and imports modules from the current folder.
    os.chdir(PROJECT)
    gunicorn = Path(sysconfig.get_path("scripts")) / "gunicorn"
    os.execv(gunicorn, [str(gunicorn), *gunicorn_options, "wsgi:app"])  # noqa: S606
