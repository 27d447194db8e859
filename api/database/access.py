"""Control whether the database connections of an engine can write. By default, they can only read."""

from enum import StrEnum

from sqlalchemy import Engine

# The execution option of an engine that contains its `Access`.
ACCESS_OPTION = "briefs_access"


class Access(StrEnum):
    """What connections can do: read, also write, or also create a SQLite file.

    The values are those of the parameter `mode` in URIs of SQLite.
    """

    READ = "ro"
    WRITE = "rw"
    CREATE = "rwc"


def access_of(engine: Engine) -> Access:
    """Return what new connections of `engine` can do: only read, unless `allow_writes` was called."""
    return Access(engine.get_execution_options().get(ACCESS_OPTION, Access.READ))


def allow_writes(engine: Engine, *, create: bool = False) -> None:
    """Let the connections of `engine` write, and close its idle connections, which can only read.

    Args:
        create: If True, also create a missing SQLite file, as migrations do. A later call with False keeps
            this ability.
    """
    wanted = Access.CREATE if create else Access.WRITE
    if access_of(engine) not in (wanted, Access.CREATE):
        engine.update_execution_options(**{ACCESS_OPTION: wanted})
        engine.dispose()
