"""The application with very long streams, for tests of slow clients and of a server that stops.

A stream of NDJSON never ends. A stream of CSV has one portion of random bytes. Even after compression, this
portion is larger than the socket buffers of the kernel.
"""

import random
from collections.abc import Iterator
from typing import Any

import wsgi
from api.v1.streams import responses
from api.v1.streams.csv_encoder import CsvEncoder

LINES = b'{"id":"an item of an endless stream"}\n' * 1000
LONG_PORTION = random.Random(24).randbytes(10_000_000)  # noqa: S311


def _read_portions(*arguments: Any) -> Iterator[bytes]:
    *_, encode, pack = arguments
    if isinstance(encode, CsvEncoder):
        yield pack(LONG_PORTION, False)
        return
    while True:
        yield LINES


responses.read_portions = _read_portions  # type: ignore[assignment,attr-defined]
app = wsgi.app
