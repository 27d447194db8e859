"""Write and read the file of an export: JSON lines of several kinds, and a last line with a checksum.

Reading checks the order and the checksum of the lines. `line_fields` describes the format.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

import orjson

from seeds.transfer.line_fields import FORMAT_VERSION, KINDS, LINE_READERS, SORT_FIELDS
from seeds.transfer.value_readers import MalformedError

# The words for one and for several lines of each kind in messages.
KIND_NAMES = {
    "article": ("article", "articles"),
    "entity": ("entity", "entities"),
    "removed": ("removed article", "removed articles"),
    "revision": ("former revision", "former revisions"),
    "change": ("change", "changes"),
}
JSON_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z


class RawLine(NamedTuple):
    """A line of the file of an export.

    Attributes:
        number: The number of the line, from 1.
        data: The bytes of the line, with its end.
    """

    number: int
    data: bytes


class ExportLine(NamedTuple):
    """A line of an export that was read from a file.

    Attributes:
        number: The number of the line, from 1.
        kind: The kind of the line, such as `article`.
        values: The other values of the line, by key.
        size: The length of the line in bytes.
    """

    number: int
    kind: str
    values: Mapping[str, Any]
    size: int


ParsedLine = ExportLine | MalformedError
"""A line of an export, or the error of an invalid line."""


class InvalidExportError(Exception):
    """An error for an incomplete or altered export. `line` is the number of the invalid line, from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


def format_counts(counts: Counter[str]) -> str:
    """Return how many lines of each kind were exported or imported: `1 article, 2 entities, …`."""
    return ", ".join(f"{counts[kind]} {names[counts[kind] != 1]}" for kind, names in KIND_NAMES.items())


def write_lines(lines: Iterable[tuple[str, Mapping[str, Any]]], file: BinaryIO) -> Counter[str]:
    """Write `lines` and a last line with their checksum to `file`. Return the number of `lines` of each kind.

    A line is a pair: its kind, such as `article`, and its values by key.
    """
    digest, counts = hashlib.sha256(), Counter[str]()
    for kind, values in lines:
        line = orjson.dumps({"kind": kind, **values}, option=JSON_OPTIONS)
        digest.update(line)
        file.write(line)
        counts[kind] += 1
    end = {"kind": "end", "lines": counts.total(), "sha256": digest.hexdigest()}
    file.write(orjson.dumps(end, option=JSON_OPTIONS))
    return counts


def read_lines(
    file: BinaryIO,
    max_line_bytes: int,
    parse: Callable[[Iterable[RawLine]], Iterable[ParsedLine]] | None = None,
) -> Iterator[ExportLine]:
    """Check the lines of an export, and yield all but the last, which has the checksum.

    Args:
        file: The file, opened for reading.
        max_line_bytes: The longest accepted line, in bytes.
        parse: Yields the result of `parse_line` for each line in order, possibly with added values. By
            default, nothing is added.

    Raises:
        InvalidExportError: A line is invalid or too long, or the number or checksum of the lines is wrong.
    """
    # Lines that were read ahead.
    ahead: deque[bytes] = deque()
    digest, order, number, is_complete = hashlib.sha256(), _Order(), 0, False
    raw = _raw_lines(file, max_line_bytes, ahead)
    for line in parse(raw) if parse else (parse_line(each, max_line_bytes) for each in raw):
        number += 1
        if is_complete:
            raise InvalidExportError(number, "unexpected: the line of kind end must be the last line")
        try:
            if isinstance(line, MalformedError):
                raise line
            order.check(line)
            if line.kind == "end":
                _check_end(line, digest.hexdigest())
                is_complete = True
                continue
        except MalformedError as error:
            raise InvalidExportError(number, str(error)) from None
        digest.update(ahead.popleft())
        yield line
    if not is_complete:
        raise InvalidExportError(
            number + 1, "missing: the file was cut off before its last line, of kind end"
        )


def _raw_lines(file: BinaryIO, max_line_bytes: int, ahead: deque[bytes]) -> Iterator[RawLine]:
    """Yield the lines of `file`, and append the bytes of each line to `ahead`, for the checksum.

    If a line has more than `max_line_bytes`, yield only its first `max_line_bytes` + 1 bytes, and stop.
    """
    number = 0
    while data := file.readline(max_line_bytes + 1):
        number += 1
        ahead.append(data)
        yield RawLine(number, data)
        if len(data) > max_line_bytes:
            return


def parse_line(raw: RawLine, max_line_bytes: int) -> ParsedLine:
    """Parse the JSON of a line of an export, and check the values.

    If the line is invalid or has more than `max_line_bytes`, return a `MalformedError` instead of raising it.
    """
    try:
        return _parse_line(raw.number, raw.data, max_line_bytes)
    except MalformedError as error:
        return error


def _parse_line(number: int, data: bytes, max_line_bytes: int) -> ExportLine:
    if len(data) > max_line_bytes:
        message = (
            f"more than {max_line_bytes} bytes; if the line is right, increase BRIEFS_MAX_DOCUMENT_BYTES"
        )
        raise MalformedError(message)
    if not data.endswith(b"\n"):
        raise MalformedError("incomplete: the file was cut off here")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise MalformedError(f"not JSON: {error.msg} at character {error.pos}; expected an object") from None
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind not in KINDS:
        raise MalformedError(f"expected a JSON object whose key `kind` is one of {', '.join(KINDS)}")
    if kind == "corpus" and value.get("format") != FORMAT_VERSION:
        message = f"must be {FORMAT_VERSION}; import the file with the version of the program that wrote it"
        raise MalformedError(message, "format")
    return ExportLine(number, kind, LINE_READERS[kind](value), len(data))


class _Order:
    """Checks that the lines of an export are in order: first by kind, and within a kind by sort key."""

    def __init__(self) -> None:
        self._kind = -1
        self._sort_key: tuple[Any, ...] = ()

    def check(self, line: ExportLine) -> None:
        """Raise `MalformedError` if `line` cannot come after the line that was checked last.

        Lines are sorted by kind, in the order of KINDS. Lines of one kind are sorted by its SORT_FIELDS.
        """
        kind = KINDS.index(line.kind)
        if (kind == 0) != (self._kind == -1):
            raise MalformedError("the first line, and only the first, must be of kind corpus", "kind")
        if kind < self._kind:
            raise MalformedError(f"{line.kind} must come before {KINDS[self._kind]}", "kind")
        names = SORT_FIELDS.get(line.kind, ())
        sort_key = tuple(line.values[name] for name in names)
        previous = self._sort_key if kind == self._kind else None
        if line.kind == "change":
            expected = previous[0] + 1 if previous else 1
            if sort_key[0] != expected:
                raise MalformedError(f"must be {expected}: the sequence has no gaps", "sequence")
        elif previous and sort_key <= previous:
            raise MalformedError("must be greater than in the line above", " and ".join(names))
        self._kind, self._sort_key = kind, sort_key


def _check_end(line: ExportLine, digest: str) -> None:
    if line.values["lines"] != line.number - 1:
        raise MalformedError(
            f"must be {line.number - 1}, the number of lines above: lines were added or removed", "lines"
        )
    if line.values["sha256"] != digest:
        raise MalformedError(
            f"must be {digest}, the checksum of the lines above: the lines were altered", "sha256"
        )
