"""Write the lines of an export (`seeds.transfer.line_format`), and read them back with a checksum."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

import orjson

from seeds.transfer.line_format import FORMAT, KINDS, ORDERED_BY, READERS
from seeds.transfer.value_readers import MalformedError

# How messages count lines, one of a kind and several.
COUNTED = {
    "article": ("article", "articles"),
    "entity": ("entity", "entities"),
    "removed": ("removed article", "removed articles"),
    "revision": ("former revision", "former revisions"),
    "change": ("change", "changes"),
}
OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z


class Line(NamedTuple):
    """A line of an export, its number from 1, and how many bytes it takes."""

    number: int
    kind: str
    values: dict[str, Any]
    size: int


class InvalidExportError(Exception):
    """What is read is no export, or no whole one; `line` says where, from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


def format_counts(counts: Counter[str]) -> str:
    """Say how many lines there are of each kind of which there may be any number."""
    return ", ".join(f"{counts[kind]} {forms[counts[kind] != 1]}" for kind, forms in COUNTED.items())


def write_lines(lines: Iterable[tuple[str, Mapping[str, Any]]], file: BinaryIO) -> Counter[str]:
    """Write kinds with their values as lines, and the one that ends them; gives how many of each kind."""
    digest, counts = hashlib.sha256(), Counter[str]()
    for kind, values in lines:
        line = orjson.dumps({"kind": kind, **values}, option=OPTIONS)
        digest.update(line)
        file.write(line)
        counts[kind] += 1
    end = {"kind": "end", "lines": counts.total(), "sha256": digest.hexdigest()}
    file.write(orjson.dumps(end, option=OPTIONS))
    return counts


def read_lines(file: BinaryIO, longest: int) -> Iterator[Line]:
    """Yield the lines of an export but its last, none of more than `longest` bytes.

    Raises InvalidExportError at the first that is wrong, or where the last one shows that others are.
    """
    digest, order, number = hashlib.sha256(), _Order(), 0
    while data := file.readline(longest + 1):
        number += 1
        try:
            line = _read(number, data, longest)
            order.check(line)
            if line.kind == "end":
                _check_end(line, digest.hexdigest())
                break
        except MalformedError as error:
            raise InvalidExportError(number, str(error)) from None
        digest.update(data)
        yield line
    else:
        raise InvalidExportError(number + 1, "is missing: the file was cut off before the line of kind end")
    if file.read(1):
        raise InvalidExportError(number + 1, "stands after the line of kind end, which must be the last")


def _read(number: int, data: bytes, longest: int) -> Line:
    if len(data) > longest:
        raise MalformedError(f"has more than {longest} bytes; raise BRIEFS_MAX_DOCUMENT_BYTES if it is right")
    if not data.endswith(b"\n"):
        raise MalformedError("has no end: the file was cut off here")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise MalformedError(
            f"is not JSON: {error.msg} at character {error.pos}; it must be an object"
        ) from None
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind not in KINDS:
        raise MalformedError(f"must be a JSON object whose key `kind` is one of {', '.join(KINDS)}")
    if kind == "corpus" and value.get("format") != FORMAT:
        wrong = f"must be {FORMAT}, the one that this version reads; import it with the one that wrote it"
        raise MalformedError(wrong, "format")
    return Line(number, kind, READERS[kind](value), len(data))


class _Order:
    """Where the lines have come to: the last one's kind, and its place among those of its kind."""

    def __init__(self) -> None:
        self._kind = -1
        self._place: tuple[Any, ...] = ()

    def check(self, line: Line) -> None:
        """Go on to `line`; raises MalformedError where it must not stand here."""
        kind = KINDS.index(line.kind)
        if (kind == 0) != (self._kind == -1):
            raise MalformedError("the first line, and no other, must be of kind corpus", "kind")
        if kind < self._kind:
            raise MalformedError(f"{line.kind} must stand before {KINDS[self._kind]}", "kind")
        names = ORDERED_BY.get(line.kind, ())
        place = tuple(line.values[name] for name in names)
        before = self._place if kind == self._kind else None
        if line.kind == "change":
            expected = before[0] + 1 if before else 1
            if place[0] != expected:
                raise MalformedError(f"must be {expected}, as none is left out", "sequence")
        elif before and place <= before:
            raise MalformedError("must be above that of the line before", " and ".join(names))
        self._kind, self._place = kind, place


def _check_end(line: Line, digest: str) -> None:
    if line.values["lines"] != line.number - 1:
        raise MalformedError(f"must be {line.number - 1}, which stand before it: lines came or went", "lines")
    if line.values["sha256"] != digest:
        raise MalformedError(f"must be {digest}, that of the lines before it: they were altered", "sha256")
