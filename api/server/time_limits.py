"""The time limits of connections, for both servers: gunicorn with the worker of this service, and granian."""

from typing import NamedTuple


class TimeLimits(NamedTuple):
    """How long a server waits for clients and threads, and for unfinished requests before it stops.

    granian supports only `head_seconds` and `stop_seconds`. Options of gunicorn override `keepalive_seconds`
    and `stop_seconds`.

    Attributes:
        head_seconds: The maximum time until the head of a request has arrived.
        body_seconds: The maximum time between the head of a request and the end of its body.
        queue_seconds: The maximum time until a thread begins to work on a request.
        send_seconds: The maximum time without progress of a response.
        linger_seconds: The maximum time until the client closes the connection after the last response.
        keepalive_seconds: The maximum time between two requests of a connection.
        min_silent_seconds: How long a client must be silent before a full worker closes its connection.
        stop_seconds: The time that a stopping worker has to finish its requests.
        stop_keepalive_seconds: The time that a stopping worker waits for requests on idle connections.
    """

    head_seconds: float = 10.0
    body_seconds: float = 10.0
    queue_seconds: float = 10.0
    send_seconds: float = 20.0
    linger_seconds: float = 2.0
    keepalive_seconds: int = 5
    min_silent_seconds: float = 1.0
    stop_seconds: int = 30
    stop_keepalive_seconds: float = 2.0


TIME_LIMITS = TimeLimits()
