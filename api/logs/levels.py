"""The level of the log line of a request that failed or was refused."""

import logging
from http import HTTPStatus


def failure_level(status: int) -> int:
    """Return the level of the log line of a request whose response has the error status `status`.

    The level is `logging.WARNING` if the client caused the failure, and `logging.ERROR` if the server did.
    """
    # 501 is a warning, since the client used a transfer coding that the server does not implement.
    is_of_client = status < HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.NOT_IMPLEMENTED
    return logging.WARNING if is_of_client else logging.ERROR
