"""From paths to documents: which files there are, their bytes, and their sidecars."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from seeds.messages import printable
from seeds.parsing.document import Document, Rejection
from seeds.parsing.page import parse
from seeds.parsing.sidecar import MAX_BYTES, Sidecar, parse_sidecar

DOCUMENTS_FOLDER = Path(__file__).parent.parent / "documents"
# How often a document is read that somebody is writing to.
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class SubmittedDocument:
    """A document as submitted: its bytes, its parse, what its sidecar adds, and the folder that has it."""

    data: bytes
    document: Document
    sidecar: Sidecar
    folder: str

    @property
    def key(self) -> str:
        """What the article's id is derived from: the sidecar's URL, else the file's name without ending."""
        return self.sidecar.url or Path(self.document.source.name).stem


def find_documents(paths: Iterable[Path]) -> list[Path]:
    """Give each file of `paths`, and of each folder its `*.txt`, by name; none of them twice."""
    found: dict[str, Path] = {}
    for path in paths:
        for file in sorted(path.glob("[!.]*.txt")) if path.is_dir() else [path]:
            # Not resolved: a link is a document of its own, with a name of its own.
            found.setdefault(os.path.abspath(file), file)  # noqa: PTH100
    return list(found.values())


def read_with_sidecar(path: Path, max_bytes: int) -> SubmittedDocument:
    """Read and parse the document at `path` and its sidecar, both as they were at one moment.

    Raises Rejection.
    """
    beside = path.with_suffix(".yaml")
    for _ in range(ATTEMPTS):
        before = (_state(path), _state(beside))
        read = _attempt(path, beside, max_bytes)
        if (_state(path), _state(beside)) == before:
            if isinstance(read, Rejection):
                raise read
            return read
    raise Rejection("changes while it is read; load it again when it is complete")


def _attempt(path: Path, beside: Path, max_bytes: int) -> SubmittedDocument | Rejection:
    """Read a document and its sidecar, which may change meanwhile, for the worse too."""
    try:
        document, data = read_document(path, max_bytes)
        return SubmittedDocument(data, document, _read_sidecar(beside), real_path(path.parent))
    except Rejection as rejection:
        return rejection


def find_document_key(path: Path) -> str | None:
    """Give the key of the document at `path`, which may be none, or None where its sidecar cannot be read."""
    try:
        path.name.encode()
        sidecar = _read_sidecar(path.with_suffix(".yaml"))
    except (Rejection, UnicodeEncodeError):
        return None
    return sidecar.url or path.stem


def _state(path: Path) -> tuple[int, int, int] | None:
    """Give what changes when somebody writes to the file at `path` or puts another in its place."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        # Reading it will say what is wrong with it.
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def real_path(folder: Path) -> str:
    """Give the one absolute name of `folder` that follows no link, as text that any database takes."""
    return printable(os.path.realpath(folder))


def _read_sidecar(path: Path) -> Sidecar:
    # A link that leads nowhere is a mistake to be told, not a sidecar that is not there.
    if not os.path.lexists(path):
        return Sidecar()
    try:
        data = read_bytes(path, MAX_BYTES)
    except Rejection as rejection:
        raise Rejection(f"sidecar {printable(path.name)} {rejection.message}") from None
    return parse_sidecar(data, path.name)


def read_document(path: Path, max_bytes: int) -> tuple[Document, bytes]:
    """Read and parse the document at `path`; raises Rejection."""
    data = read_bytes(path, max_bytes)
    return parse(data, path.name), data


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """Read a regular file of at most `max_bytes`; raises Rejection."""
    try:
        path.name.encode()
        if not path.is_file():
            raise Rejection("is no regular file")
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except UnicodeEncodeError:
        raise Rejection("the file's name is not UTF-8") from None
    except OSError as error:
        raise Rejection(f"cannot be read: {error.strerror}") from None
    if len(data) > max_bytes:
        raise Rejection(f"is larger than the limit of {max_bytes} bytes", byte=max_bytes)
    return data
