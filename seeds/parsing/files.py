"""Read the files of documents, with the metadata in sidecars and manifests beside them.

A sidecar is a YAML file that describes one document, and is named like this document. A manifest has a row
for each of several documents.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from seeds.escaping import printable
from seeds.parsing.document import Document, LoadWarning, Rejection
from seeds.parsing.formats.manifest import MANIFEST_NAME, MAX_MANIFEST_BYTES, Manifest, parse_manifest
from seeds.parsing.formats.registry import find_format, has_known_metadata, parse, parse_line
from seeds.parsing.metadata import Metadata, merge_metadata
from seeds.parsing.sidecar import MAX_SIDECAR_BYTES, Sidecar, parse_sidecar

DOCUMENTS_FOLDER = Path(__file__).parent.parent / "documents"
# The number of attempts to read a document that another process is writing.
MAX_ATTEMPTS = 3
SIDECAR_ENDINGS = (".yaml", ".yml")
SIDECAR_SPELLINGS = (*SIDECAR_ENDINGS, ".YAML", ".YML")
CHANGED = "the file changed while it was read; load it again when it is complete"

FileState = tuple[int, int, int] | None
"""The inode, size and modification time (in nanoseconds) of a file, or None if the file does not exist."""


@dataclass(frozen=True)
class SubmittedDocument:
    """A valid document from a file, with its metadata. The document can be stored as an article.

    Attributes:
        data: The bytes of the document.
        sidecar: The metadata from the YAML file beside the document.
        folder: The real path of the folder that contains the file.
        row: The metadata from the manifest of the folder, a table with a row for each document.
        line: The number of the document's line, or None if the document is the whole file.
    """

    data: bytes
    document: Document
    sidecar: Sidecar
    folder: str
    row: Sidecar = field(default_factory=Sidecar)
    line: int | None = None

    @cached_property
    def metadata(self) -> Metadata:
        """The metadata of the document, from the files beside it and from the document itself.

        The document's YAML file (sidecar) wins over the folder's table (manifest), and both win over the
        document.
        """
        return merge_metadata(self.sidecar, self.row, self.document.metadata)

    def find_source(self, name: str) -> str:
        """Return what gives the metadata `name`: `the sidecar`, `manifest.csv` or `the document`.

        A sidecar is a YAML file beside the document. `name` is an attribute of `Metadata` that has a value.
        """
        if getattr(self.sidecar, name, None) is not None:
            return "the sidecar"
        return MANIFEST_NAME if getattr(self.row, name, None) is not None else "the document"

    @cached_property
    def key(self) -> str:
        """The key that identifies the document across loads. The id of the article is derived from this key.

        The key is `metadata.key`, or else `metadata.url`, or else the file name without its extension.
        """
        return self.metadata.find_key(Path(self.document.source.name).stem)


@dataclass(frozen=True, slots=True)
class UnparsedLine:
    """One line of a file with a document on each line.

    `folder` is the real path of the file's folder. `data` has no line end, and `number` counts from 1.
    """

    path: Path
    folder: str
    data: bytes
    number: int


@dataclass(frozen=True, slots=True)
class RejectedDocument:
    """A document that cannot be stored.

    Attributes:
        rejection: The reason, with its place in the file.
        key: The key that identifies the document across loads, if it is known.
        warnings: The warnings of the parser, if it ran.
    """

    rejection: Rejection
    key: str | None
    warnings: tuple[LoadWarning, ...] = ()


def read_documents(path: Path, max_bytes: int) -> Iterator[SubmittedDocument | RejectedDocument]:
    """Yield the documents in the file at `path`, with their metadata.

    The file has one document, or one on each line. A document that is invalid, or has more than `max_bytes`,
    is yielded as a `RejectedDocument`.
    """
    if not find_format(path.name).is_line:
        yield read_file(path, max_bytes)
        return
    for line in read_lines(path, max_bytes):
        yield line if isinstance(line, RejectedDocument) else read_line(line, max_bytes)


def read_file(path: Path, max_bytes: int) -> SubmittedDocument | RejectedDocument:
    """Read the file at `path`, a single document, and its metadata from the files beside it.

    Return a `RejectedDocument` if the file has more than `max_bytes` or cannot be read, or if the document or
    its metadata is invalid.
    """
    try:
        return read_with_sidecar(path, max_bytes)
    except Rejection as rejection:
        return RejectedDocument(rejection, _find_key(path, rejection))


def parse_documents(path: Path, max_bytes: int) -> Iterator[Document | Rejection]:
    """Parse the documents in the file at `path`, without the metadata in the files beside it.

    A document that is invalid, or has more than `max_bytes`, is yielded as a `Rejection`.
    """
    if find_format(path.name).is_line:
        for each in read_documents(path, max_bytes):
            yield each.document if isinstance(each, SubmittedDocument) else each.rejection
        return
    try:
        yield read_document(path, max_bytes)[0]
    except Rejection as rejection:
        yield rejection


def read_with_sidecar(path: Path, max_bytes: int) -> SubmittedDocument:
    """Read and parse the document at `path`, and read the metadata in the files beside it.

    These files are a sidecar (YAML for one document) and a manifest (rows for several documents).

    Raises:
        Rejection: If the document or metadata cannot be read, is invalid or too large, or keeps changing.
    """
    names = [os.fspath(path), *_sidecar_names(path), _manifest_name(path)]
    for _ in range(MAX_ATTEMPTS):
        before = [_file_state(name) for name in names]
        result = _try_to_read(path, max_bytes)
        if [_file_state(name) for name in names] == before:
            if isinstance(result, Rejection):
                raise result
            return result
    raise Rejection(CHANGED)


def _try_to_read(path: Path, max_bytes: int) -> SubmittedDocument | Rejection:
    # Return a rejection instead of raising it, because the caller reads again if a file changed meanwhile.
    try:
        document, data = read_document(path, max_bytes)
        sidecar, row = _read_beside(path)
        return SubmittedDocument(data, document, sidecar, real_path(path.parent), row)
    except Rejection as rejection:
        return rejection


def read_lines(path: Path, max_bytes: int) -> Iterator[UnparsedLine | RejectedDocument]:
    """Yield the lines of a file with a document on each line, except blank lines.

    A line of more than `max_bytes` is cut, and `read_line` rejects it. If the file cannot be read or changes,
    the last item is a rejection of the whole file.
    """
    before, folder = _file_state(path), real_path(path.parent)
    try:
        check_file(path)
        with path.open("rb") as file:
            # A line has at most `max_bytes` and two bytes for its end. Read no more of a longer line, because
            # it could fill the memory.
            lines = iter(lambda: file.readline(max_bytes + 2), b"")
            number, is_start = 0, True
            for data in lines:
                if is_start:
                    number += 1
                    if data.strip():
                        yield UnparsedLine(path, folder, data.removesuffix(b"\n").removesuffix(b"\r"), number)
                is_start = data.endswith(b"\n")
    except Rejection as rejection:
        yield RejectedDocument(rejection, None)
    except OSError as error:
        yield RejectedDocument(Rejection(f"the file cannot be read: {error.strerror}"), None)
    if _file_state(path) != before:
        yield RejectedDocument(Rejection(CHANGED), None)


def read_line(line: UnparsedLine, max_bytes: int) -> SubmittedDocument | RejectedDocument:
    """Parse `line`, a line of a `.jsonl` file, and return its document.

    If the line has more than `max_bytes` or is not a valid document, return a `RejectedDocument` with the
    reason.
    """
    try:
        if len(line.data) > max_bytes:
            raise Rejection(f"the line is longer than the limit of {max_bytes} bytes", line=line.number)
        document = parse_line(line.data, line.path.name, line.number)
    except Rejection as rejection:
        metadata = rejection.metadata
        return RejectedDocument(rejection, (metadata.key or metadata.url) if metadata else None)
    return SubmittedDocument(line.data, document, Sidecar(), line.folder, line=line.number)


def _find_key(path: Path, rejection: Rejection) -> str | None:
    """Return the key that identifies a rejected document across loads, or None if the key is unknown.

    The key comes from the sidecar (the YAML file beside the document), the manifest, the document or the file
    name.
    """
    try:
        path.name.encode()
        metadata = merge_metadata(*_read_beside(path), rejection.metadata)
    except (Rejection, UnicodeEncodeError):
        return None
    return metadata.find_key(path.stem) if has_known_metadata(rejection, path.name) else None


def find_sidecars(path: Path) -> list[Path]:
    """Return the existing sidecars of the document at `path`.

    A sidecar is a YAML file with metadata. It has the name of the document, but the ending `.yaml` or `.yml`,
    in lower or upper case.
    """
    # Report a broken symbolic link instead of treating the sidecar as missing.
    return [Path(name) for name in _sidecar_names(path) if os.path.lexists(name)]


# These functions return texts, because making a `Path` takes longer than asking for the file.
def _sidecar_names(path: Path) -> list[str]:
    name = os.fspath(path).removesuffix(path.suffix)
    return [f"{name}{ending}" for ending in SIDECAR_SPELLINGS]


def _manifest_name(path: Path) -> str:
    return os.path.join(os.path.dirname(path), MANIFEST_NAME)  # noqa: PTH118, PTH120


def _read_beside(path: Path) -> tuple[Sidecar, Sidecar]:
    """Return the metadata of the document at `path` from its sidecar, and from its row in the manifest.

    The sidecar is a YAML file beside the document. A missing sidecar or row gives only None values.
    """
    sidecars = find_sidecars(path)
    if len(sidecars) > 1 and _file_state(sidecars[0]) != _file_state(sidecars[1]):
        first, second = (printable(each.name) for each in sidecars[:2])
        raise Rejection(f"sidecar {second}: {first} is a sidecar of the same document; keep one of them")
    sidecar = _read_sidecar(sidecars[0]) if sidecars else Sidecar()
    manifest = read_manifest(_manifest_name(path))
    return sidecar, manifest.find(path.name) if manifest else Sidecar()


def read_manifest(path: str | Path) -> Manifest | None:
    """Return the manifest (rows of metadata for documents) at `path`, or None if there is no such file.

    Raises:
        Rejection: If the manifest is invalid.
    """
    state = _file_state(path)
    if state is None and not os.path.lexists(path):
        return None
    manifest = _read_manifest(Path(path), state)
    if isinstance(manifest, Rejection):
        raise Rejection(manifest.message)
    return manifest


# All documents of a folder share its manifest.
@lru_cache(maxsize=8)
def _read_manifest(path: Path, state: FileState) -> Manifest | Rejection:  # noqa: ARG001
    """Return the parsed manifest at `path`, or the reason why it is invalid.

    `state` is the result of `_file_state` for the manifest. The function caches its results: it reads the
    file again only if `state` has changed.
    """
    try:
        data = read_bytes(path, MAX_MANIFEST_BYTES)
    except Rejection as rejection:
        return Rejection(f"manifest {MANIFEST_NAME}: {rejection.message}")
    try:
        return parse_manifest(data)
    except Rejection as rejection:
        return rejection


def _file_state(path: str | Path) -> FileState:
    """Return the inode, size and time of modification of a file, which show if the file has changed.

    Return None if there is no file at `path`, or if it cannot be examined.
    """
    try:
        status = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        # Reading the file will report the error.
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def real_path(folder: Path) -> str:
    """Return the absolute path of `folder` without symbolic links.

    Unprintable characters are replaced by escapes, so that every database can store the path.
    """
    return printable(os.path.realpath(folder))


def _read_sidecar(path: Path) -> Sidecar:
    try:
        data = read_bytes(path, MAX_SIDECAR_BYTES)
    except Rejection as rejection:
        raise Rejection(f"sidecar {printable(path.name)}: {rejection.message}") from None
    return parse_sidecar(data, path.name)


def read_document(path: Path, max_bytes: int) -> tuple[Document, bytes]:
    """Parse the document at `path`, without the metadata beside it. Return the document and its bytes.

    Raises:
        Rejection: If the file cannot be read, is larger than `max_bytes`, or is not a document.
    """
    data = read_bytes(path, max_bytes)
    return parse(data, path.name), data


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """Return the bytes of the file at `path`.

    Raises:
        Rejection: If the file cannot be read, is not a regular file, or is larger than `max_bytes`.
    """
    try:
        check_file(path)
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise Rejection(f"the file cannot be read: {error.strerror}") from None
    if len(data) > max_bytes:
        raise Rejection(f"the file is larger than the limit of {max_bytes} bytes", byte=max_bytes)
    return data


def check_file(path: Path) -> None:
    """Raise `Rejection` if `path` is not a regular file, or if its name is not UTF-8."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise Rejection("the file name is not UTF-8") from None
    if not path.is_file():
        raise Rejection("the path is not a regular file")
