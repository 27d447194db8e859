"""The time-outs of connections to PostgreSQL, and a check for connections that the server has closed.

The service and the commands have different time-outs. A parameter in DATABASE_URL overrides the default.
Parameters have the names that libpq and PostgreSQL use.
"""

import select
from collections.abc import Mapping
from typing import Any

# libpq tries to connect to each address of the host for this time, which must be at least 2 seconds.
SERVICE_CONNECT_SECONDS, COMMAND_CONNECT_SECONDS = 2, 10
# A connection is lost if the server acknowledges nothing for idle + interval * count seconds.
SERVICE_KEEPALIVES = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2}
COMMAND_KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
# A connection of the service is lost if sent data is not acknowledged for this time.
TCP_USER_TIMEOUT_MILLISECONDS = 5_000
# A statement of the service waits this long for a locked table. Only migrations and maintenance lock tables.
LOCK_TIMEOUT_MILLISECONDS = 2_000
# The server ends a session that leaves a transaction open for this time without a statement.
IDLE_TRANSACTION_MILLISECONDS = 60_000
# A statement must end before its request does, so that the connection can be used again.
STATEMENT_SHARE = 0.9


def service_parameters(request_seconds: float) -> dict[str, Any]:
    """Return the libpq parameters for connections of the service, which only reads.

    Args:
        request_seconds: The maximum duration of a request. A statement can take nearly as long.
    """
    statement_milliseconds = max(1, round(request_seconds * STATEMENT_SHARE * 1000))
    variables = {
        "default_transaction_read_only": "on",
        "statement_timeout": statement_milliseconds,
        "lock_timeout": min(LOCK_TIMEOUT_MILLISECONDS, max(1, statement_milliseconds // 2)),
        "idle_in_transaction_session_timeout": IDLE_TRANSACTION_MILLISECONDS,
    }
    return {
        "connect_timeout": SERVICE_CONNECT_SECONDS,
        "tcp_user_timeout": TCP_USER_TIMEOUT_MILLISECONDS,
        **SERVICE_KEEPALIVES,
        "options": " ".join(f"-c {name}={value}" for name, value in variables.items()),
    }


def command_parameters() -> dict[str, Any]:
    """Return the libpq parameters for the connections of commands such as `flask seed load`.

    These parameters set no time limit for statements.
    """
    return {"connect_timeout": COMMAND_CONNECT_SECONDS, **COMMAND_KEEPALIVES}


def merge_parameters(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the libpq parameters `defaults`, replaced and extended by the parameters `given`.

    The parameter `options` gets the options of both, and those in `given` have priority.
    """
    options = " ".join(filter(None, [defaults.get("options"), given.get("options")]))
    return {**defaults, **given} | ({"options": options} if options else {})


def is_closed_by_server(connection: Any) -> bool:
    """Return True if the server has closed the idle psycopg `connection`. No query is sent.

    The result is also True after a setting of the server was changed, because the server then sends a message
    on the idle connection.
    """
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
