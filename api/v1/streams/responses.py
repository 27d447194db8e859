"""Make the response of a stream: all items that match a query, as NDJSON or CSV.

The items are read in portions. Each portion is sent before the next portion is read. It is compressed if the
client accepts gzip.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

from flask import Response, current_app, request
from isal import isal_zlib

from api.database.request_connection import close_request_connection
from api.listing.pages import Collection, stream_cursors
from api.media_types import NDJSON
from api.resources.serialization import Shape, requested_keys
from api.v1.renderings import GZIP_FORMAT
from api.v1.streams import csv_encoder, ndjson_encoder
from api.v1.streams.csv_columns import Table
from api.v1.streams.reading import Encode, Pack, read_portions
from api.web.negotiation import wants_gzip

Parameters = Mapping[str, Any]
Select = Callable[[Parameters], Collection]


def ndjson_response(parameters: Parameters, select: Select) -> Response:
    """Return a stream of the items that match the query `parameters`, as NDJSON.

    `select` is a function that takes the parameters and returns the collection of these items.
    """
    collection = select(parameters)
    encode = ndjson_encoder.NdjsonEncoder(collection.meta)
    return _response(parameters, collection, partial(select, parameters), encode, NDJSON)


def csv_response(
    parameters: Parameters,
    select: Select,
    shape: type[Shape],
    table: Table,
    left_out: frozenset[str] = frozenset(),
) -> Response:
    """Return a stream of the items that match the query `parameters`, as CSV.

    Args:
        parameters: The validated query parameters.
        select: Returns the collection of the items for `parameters`.
        shape: The schema class of a page.
        table: The columns of each key of the items.
        left_out: The keys that only `fields` or `include` can add.
    """
    keys = [
        key
        for key in table
        if key in (parameters.get("fields") or {*(table.keys() - left_out), *parameters.get("include", ())})
    ]
    shown = {name: value for name, value in parameters.items() if name != "include"} | {"fields": keys}
    encode = csv_encoder.CsvEncoder(table, requested_keys(shape, shown))
    return _response(parameters, select(shown), partial(select, shown), encode, csv_encoder.CONTENT_TYPE)


def _response(
    parameters: Parameters,
    collection: Collection,
    select: Callable[[], Collection],
    encode: Encode,
    content_type: str,
) -> Response:
    """Return a stream.

    Args:
        parameters: The query parameters as the client gave them, since cursors depend on them.
        collection: The items to send.
        select: Returns the same collection, selected again.
        encode: Returns the bytes of items.
        content_type: The media type of the stream.
    """
    rule, _, suffix = str(request.url_rule).rpartition(".")
    cursors = stream_cursors(parameters, rule)
    cursor = parameters.get("cursor")
    after = cursors.read(cursor, collection.source.key_types) if cursor else None
    # End the transaction in which the query was prepared.
    close_request_connection(None)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    is_compressed = wants_gzip(request.headers.get("Accept-Encoding", ""))
    pack = gzip_packer() if is_compressed else as_is
    portions = read_portions(app, collection, select, cursors, after, encode, pack)
    # Read the first portion now, so that a failure of the database leads to an error response.
    body: Iterator[bytes] = chain([next(portions)], portions)
    filename = f"{rule.rpartition('/')[2]}.{suffix}"
    headers = {"Content-Disposition": f"attachment; filename={filename}", "Cache-Control": "no-store"}
    if is_compressed:
        headers["Content-Encoding"] = "gzip"
    return Response(body, content_type=content_type, headers=headers)


def as_is(portion: bytes, has_more: bool) -> bytes:  # noqa: ARG001
    """Return a portion of an uncompressed stream unchanged.

    `has_more` is ignored.
    """
    return portion


def gzip_packer() -> Pack:
    """Return a function that compresses the portions of a stream with gzip.

    Its arguments are a portion, and True if more follow. Clients can decompress each portion when it arrives.
    """
    compressor = isal_zlib.compressobj(isal_zlib.ISAL_DEFAULT_COMPRESSION, wbits=GZIP_FORMAT)

    def pack(portion: bytes, has_more: bool) -> bytes:
        end = isal_zlib.Z_SYNC_FLUSH if has_more else isal_zlib.Z_FINISH
        return compressor.compress(portion) + compressor.flush(end)

    return pack
