"""Read-only connections: by default, the connections of an engine can only read the database."""

from enum import StrEnum

from sqlalchemy import Engine

# The name of the execution option of an engine that holds its access.
ACCESS_OPTION = "briefs_access"


class Access(StrEnum):
    """What the connections of an engine can do. The values are the modes of SQLite's URIs."""

    READ = "ro"
    WRITE = "rw"
    CREATE = "rwc"


def access_of(engine: Engine) -> Access:
    """Return what new connections of `engine` can do: only read, unless `allow_writes` was called."""
    return Access(engine.get_execution_options().get(ACCESS_OPTION, Access.READ))


def allow_writes(engine: Engine, *, create: bool = False) -> None:
    """Let the connections of `engine` write. Commands that change the database call this first.

    Idle connections, which can only read, are closed. An engine that can create files stays so.

    Args:
        engine: An engine of the application.
        create: Also create a SQLite file that does not exist. Only migrations do this.
    """
    wanted = Access.CREATE if create else Access.WRITE
    if access_of(engine) not in (wanted, Access.CREATE):
        engine.update_execution_options(**{ACCESS_OPTION: wanted})
        engine.dispose()
