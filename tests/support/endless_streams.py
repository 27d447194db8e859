"""The application with streams that never end, for tests of slow clients and of a server that stops."""

from collections.abc import Iterator
from typing import Any

import wsgi
from api.v1.streams import responses

LINES = b'{"id":"an item of an endless stream"}\n' * 1000


def _read_portions(*_: Any) -> Iterator[bytes]:
    while True:
        yield LINES


responses.read_portions = _read_portions  # type: ignore[assignment,attr-defined]
app = wsgi.app
