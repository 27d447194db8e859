"""The `briefs` command: migrations, seeding and the server, from any folder."""

import os
import sysconfig
from pathlib import Path

import click
from flask.cli import ScriptInfo
from flask_migrate.cli import db

from api import __version__
from seeds.cli import seed

PROJECT = Path(__file__).parents[1]


@click.group()
@click.version_option(__version__)
@click.pass_context
def briefs(context: click.Context) -> None:
    """Serve news briefs as JSON, and seed the database from documents."""
    context.obj = ScriptInfo(app_import_path=str(PROJECT / "wsgi.py"))


briefs.add_command(db)
briefs.add_command(seed)


@briefs.command(context_settings={"ignore_unknown_options": True})
@click.argument("gunicorn_options", metavar="[GUNICORN_OPTION]...", nargs=-1, type=click.UNPROCESSED)
def serve(gunicorn_options: tuple[str, ...]) -> None:
    """Serve the API with gunicorn, on 127.0.0.1 and the port PORT (8000).

    Options of gunicorn override gunicorn.conf.py. Paths in them are relative to the project's
    folder.

    Example: briefs serve --workers 4
    """
    # gunicorn reads gunicorn.conf.py from the current folder, and imports modules from there first.
    os.chdir(PROJECT)
    gunicorn = Path(sysconfig.get_path("scripts")) / "gunicorn"
    os.execv(gunicorn, [str(gunicorn), *gunicorn_options, "wsgi:app"])  # noqa: S606
