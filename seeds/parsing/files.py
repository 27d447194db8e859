"""Find the files of documents, and read them with their sidecars.

A document is an article page in a text file. A sidecar is a YAML file of the same name with metadata.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from seeds.escaping import printable
from seeds.parsing.document import Document, Rejection
from seeds.parsing.page import parse
from seeds.parsing.sidecar import MAX_SIDECAR_BYTES, Sidecar, parse_sidecar

DOCUMENTS_FOLDER = Path(__file__).parent.parent / "documents"
# The number of attempts to read a document that another process is writing.
MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class SubmittedDocument:
    """A document that was read from a file, with its sidecar, and can be stored as an article.

    Attributes:
        data: The bytes of the file.
        document: The parsed document.
        sidecar: The metadata from the YAML file beside the document.
        folder: The real path of the folder that contains the file.
    """

    data: bytes
    document: Document
    sidecar: Sidecar
    folder: str

    @property
    def key(self) -> str:
        """The key that identifies the document across loads, and from which the id of the article is derived.

        The key is the `url` in the sidecar (the YAML file beside the document), or else the file name without
        its extension.
        """
        return self.sidecar.url or Path(self.document.source.name).stem


def find_documents(paths: Iterable[Path]) -> list[Path]:
    """Return the files of documents in `paths`: each file, and the sorted `*.txt` files of each folder.

    Hidden files of a folder are left out. A file that is found twice is returned once.
    """
    files: dict[str, Path] = {}
    for path in paths:
        for file in sorted(path.glob("[!.]*.txt")) if path.is_dir() else [path]:
            # Do not resolve symbolic links: a link is a document with its own name.
            files.setdefault(os.path.abspath(file), file)  # noqa: PTH100
    return list(files.values())


def read_with_sidecar(path: Path, max_bytes: int) -> SubmittedDocument:
    """Read and parse the document at `path` and its sidecar, the YAML file with metadata beside it.

    If one of the two files changes during the reading, both are read again. A document of more than
    `max_bytes` is rejected.

    Raises:
        Rejection: If the document or the sidecar cannot be read, is invalid, or keeps changing.
    """
    sidecar = path.with_suffix(".yaml")
    for _ in range(MAX_ATTEMPTS):
        before = (_file_state(path), _file_state(sidecar))
        result = _try_to_read(path, sidecar, max_bytes)
        if (_file_state(path), _file_state(sidecar)) == before:
            if isinstance(result, Rejection):
                raise result
            return result
    raise Rejection("the file changed while it was read; load it again when it is complete")


def _try_to_read(path: Path, sidecar: Path, max_bytes: int) -> SubmittedDocument | Rejection:
    # Return a rejection instead of raising it, because the caller reads again if a file changed meanwhile.
    try:
        document, data = read_document(path, max_bytes)
        return SubmittedDocument(data, document, _read_sidecar(sidecar), real_path(path.parent))
    except Rejection as rejection:
        return rejection


def find_document_key(path: Path) -> str | None:
    """Return the key that identifies the document at `path` across loads, even if the document is invalid.

    Return None if the key is unknown, because the sidecar (the YAML file beside it) or the file name is
    invalid.
    """
    try:
        path.name.encode()
        sidecar = _read_sidecar(path.with_suffix(".yaml"))
    except (Rejection, UnicodeEncodeError):
        return None
    return sidecar.url or path.stem


def _file_state(path: Path) -> tuple[int, int, int] | None:
    """Return the inode, size and modification time (in nanoseconds) of a file, which change if it is written.

    Return None if the file does not exist or cannot be examined.
    """
    try:
        status = path.stat()
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
    # Report a broken symbolic link instead of treating the sidecar as missing.
    if not os.path.lexists(path):
        return Sidecar()
    try:
        data = read_bytes(path, MAX_SIDECAR_BYTES)
    except Rejection as rejection:
        raise Rejection(f"sidecar {printable(path.name)}: {rejection.message}") from None
    return parse_sidecar(data, path.name)


def read_document(path: Path, max_bytes: int) -> tuple[Document, bytes]:
    """Read and parse the document at `path`, without its sidecar. Return the parsed document and its bytes.

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
        path.name.encode()
        if not path.is_file():
            raise Rejection("the path is not a regular file")
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except UnicodeEncodeError:
        raise Rejection("the file name is not UTF-8") from None
    except OSError as error:
        raise Rejection(f"the file cannot be read: {error.strerror}") from None
    if len(data) > max_bytes:
        raise Rejection(f"the file is larger than the limit of {max_bytes} bytes", byte=max_bytes)
    return data
