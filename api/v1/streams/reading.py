"""Read everything in a collection, in portions of limited size.

Each portion begins after the sort key of the portion before (keyset pagination). Each portion has a
transaction of its own. Between two portions, a stream has no connection to the database.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from flask import Flask

from api.database.request_connection import request_connection
from api.listing.cursors import CursorWriter
from api.listing.keyset import PlannedRows
from api.listing.pages import Collection
from api.models import CORPUS_REVISION

# The number of rows of the first portion, which is small so that the response begins soon, and the maximum.
FIRST_ROWS, MAX_ROWS = 20, 100
# The intended size of a portion. The number of rows is chosen for it from the size of the last portion.
PORTION_BYTES = 256 * 1024
# The intended processor time of a portion, during which other requests wait. If FIRST_ROWS rows take longer,
# a portion has FIRST_ROWS rows, since fewer rows would mainly repeat the fixed cost of a portion.
PORTION_SECONDS = 0.002


class Progress(NamedTuple):
    """How far a stream has come.

    Attributes:
        next_cursor: The position after the last item, or None at the end.
        item_count: The number of items so far.
        first_revision: The corpus revision (a count of all changes) at the first portion.
        last_revision: The corpus revision at the last portion.
    """

    next_cursor: str | None
    item_count: int
    first_revision: int
    last_revision: int


Encode = Callable[[list[Any], Progress], bytes]
# A function that returns the bytes to send, given an encoded portion and True if more portions follow.
Pack = Callable[[bytes, bool], bytes]


def read_portions(
    app: Flask,
    collection: Collection,
    select: Callable[[], Collection],
    cursors: CursorWriter,
    after: Sequence[Any] | None,
    encode: Encode,
    pack: Pack,
) -> Iterator[bytes]:
    """Yield the bytes of a stream: the encoded items of `collection`, portion by portion.

    Args:
        select: Selects the collection again, in the state of the database at the time of a portion.
        cursors: Writes the cursors of the query.
        after: The sort key of the item before the stream, or None to begin at the first item.
        encode: Returns a portion as bytes. Its arguments are the items and a `Progress`.
        pack: Returns the bytes to yield. Its arguments are the encoded portion, and True if more follow.
    """
    key_length, row_count, item_count = len(collection.source.key_types), FIRST_ROWS, 0
    first_revision: int | None = None
    has_more = True
    while has_more:
        started = time.thread_time()
        # Between two portions, a stream has neither a connection nor a snapshot of the database, so a slow
        # client delays no migration, checkpoint or vacuum.
        # The connection of a request belongs to its application context, and is closed with it.
        with app.app_context():
            revision: int = request_connection().scalars(CORPUS_REVISION).one()
            # A filter that matched few rows can match many now, and its entity can have another number. The
            # hits of a ranked search are found only once.
            if isinstance(collection.source, PlannedRows):
                collection = select()
            rows, has_more = collection.source.page(after, row_count)
            items = collection.items(rows)
            if rows:
                after = rows[-1][-key_length:]
            next_cursor = cursors.write(after) if has_more and after else None
        if first_revision is None:
            first_revision = revision
        item_count += len(items)
        portion = encode(items, Progress(next_cursor, item_count, first_revision, revision))
        row_count = _next_row_count(len(rows), len(portion), time.thread_time() - started)
        if packed := pack(portion, has_more):
            yield packed


def _next_row_count(rows: int, size: int, seconds: float) -> int:
    """Return the number of rows to read for the next portion of a stream.

    Args:
        rows: The number of rows of the last portion.
        size: Its size in bytes.
        seconds: The CPU time that it took.
    """
    in_size = PORTION_BYTES * rows // max(size, 1)
    in_time = int(rows * PORTION_SECONDS / max(seconds, 1e-6))
    return max(1, min(in_size, max(in_time, FIRST_ROWS), MAX_ROWS))
