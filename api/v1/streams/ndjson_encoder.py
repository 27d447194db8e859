"""Streams as NDJSON: one JSON value per line."""

from collections.abc import Mapping
from typing import Any

import orjson

from api.v1.streams.reading import Progress

# The number of items after which a line with the progress of the stream follows.
ITEMS_PER_PROGRESS = 1000


class NdjsonEncoder:
    """A callable that encodes the items of one NDJSON stream, a portion at a time.

    A line is an item, or the progress of the stream as `{"meta": …}`. The argument `meta` has the further
    members of this object in the last line.
    """

    def __init__(self, meta: Mapping[str, Any]) -> None:
        self._meta = meta
        self._reported = 0

    def __call__(self, items: list[Any], progress: Progress) -> bytes:
        """Return the lines for `items`, the next items of the stream: a JSON value for each item.

        A line with `progress` follows if the stream is complete, or if at least ITEMS_PER_PROGRESS items were
        encoded since the last such line.
        """
        lines = [orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE) for item in items]
        is_last = progress.next_cursor is None
        if is_last or progress.item_count - self._reported >= ITEMS_PER_PROGRESS:
            self._reported = progress.item_count
            lines.append(_progress_line(progress, self._meta if is_last else {}))
        return b"".join(lines)


def _progress_line(progress: Progress, more: Mapping[str, Any]) -> bytes:
    meta = {
        "next_cursor": progress.next_cursor,
        "item_count": progress.item_count,
        "first_corpus_revision": progress.first_revision,
        "last_corpus_revision": progress.last_revision,
    }
    return orjson.dumps({"meta": {**meta, **more}}, option=orjson.OPT_APPEND_NEWLINE)
