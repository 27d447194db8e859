"""Find the documents in folders, and the other files in these folders, which are not read.

A load prints a message about each of the other files.
"""

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePath
from typing import NamedTuple

from seeds.escaping import printable
from seeds.parsing.document import Rejection
from seeds.parsing.files import SIDECAR_ENDINGS, find_sidecars, read_manifest
from seeds.parsing.formats.manifest import MANIFEST_NAME
from seeds.parsing.formats.registry import FORMATS, find_format, has_format

ENDINGS = ", ".join(FORMATS)
SUBFOLDER = "subfolders are not searched; name the folder to load its documents"
SAVED_FOLDER_END = "_files"
NO_FORMAT = f"no document format has this ending; the endings are {ENDINGS}"


class UnreadFile(NamedTuple):
    """A file, subfolder or manifest row that is not read as a document.

    A manifest is a file with a row of metadata for each of several documents.

    Attributes:
        path: The file or subfolder, or the manifest that contains the row.
        reason: Why it is not read, for a message.
    """

    path: Path
    reason: str


class FoundFiles(NamedTuple):
    """The files that a load found: documents, and other files in the same folders.

    Hidden files and files that belong to a document, such as its sidecar (YAML metadata), are left out.

    Attributes:
        documents: The paths of the documents, as strings to save memory.
        unread: The other files.
    """

    documents: list[str]
    unread: list[UnreadFile]


def find_documents(paths: Iterable[Path]) -> list[Path]:
    """Return the paths of the documents in `paths`: each file, and the documents in each folder.

    A file in a folder is a document if its name has the ending of a document format. A file is returned only
    once.
    """
    return [Path(path) for path in find_files(paths).documents]


def find_files(paths: Iterable[Path]) -> FoundFiles:
    """Find the documents in files and folders, and list what else is in the folders.

    Each file in `paths` is a document. A file in a folder is a document if its name has the ending of a
    document format. A document is returned only once.
    """
    documents: dict[str, str] = {}
    unread: dict[str, UnreadFile] = {}
    for path in paths:
        found = _search(path) if path.is_dir() else FoundFiles([str(path)], [])
        # Do not resolve symbolic links: a link is a document with its own name.
        for file in found.documents:
            documents.setdefault(os.path.abspath(file), file)  # noqa: PTH100
        for each in found.unread:
            unread.setdefault(f"{os.path.abspath(each.path)} {each.reason}", each)  # noqa: PTH100
    return FoundFiles(list(documents.values()), list(unread.values()))


def _search(folder: Path) -> FoundFiles:
    paths = [folder / name for name in sorted(os.listdir(folder)) if not name.startswith(".")]  # noqa: PTH208
    documents = [path for path in paths if _is_document(path)]
    by_stem: dict[str, list[Path]] = {}
    for document in documents:
        by_stem.setdefault(document.stem, []).append(document)
    reasons = ((path, _find_reason(path, by_stem)) for path in paths if not _is_document(path))
    unread = [UnreadFile(path, reason) for path, reason in reasons if reason]
    return FoundFiles([str(path) for path in documents], [*unread, *_find_unused_rows(folder, documents)])


def _find_reason(path: Path, documents: dict[str, list[Path]]) -> str | None:
    """Return a message that says why a load skips `path`, or None if no message is needed.

    Args:
        path: A file or subfolder that is not a document.
        documents: The documents in the same folder, by name without the ending.
    """
    if path.name == MANIFEST_NAME:
        return None
    # A folder with the name of a sidecar is reported as a sidecar that cannot be read.
    if path.suffix.lower() not in SIDECAR_ENDINGS and path.is_dir():
        return None if _is_saved_folder(path, documents) else SUBFOLDER
    if _is_readme(path):
        return "a README describes its folder; name the file to load it as a document"
    if path.suffix.lower() in SIDECAR_ENDINGS:
        return _find_reason_of_sidecar(path, documents.get(path.stem, []))
    return NO_FORMAT


def _is_saved_folder(path: Path, documents: Collection[str]) -> bool:
    """Return True if the folder `path` has the pictures of a web page that a browser saved.

    For NAME.html, the folder is NAME_files. `documents` are the names in the same folder, without the ending.
    """
    return path.name.endswith(SAVED_FOLDER_END) and path.name.removesuffix(SAVED_FOLDER_END) in documents


def _find_reason_of_sidecar(path: Path, documents: list[Path]) -> str | None:
    lines = [document for document in documents if find_format(document.name).is_line]
    if documents and lines == documents:
        return f"the lines of {printable(lines[0].name)} give their metadata themselves"
    if any(path in find_sidecars(document) for document in documents):
        return None
    stem = printable(path.stem)
    return f"a sidecar without its document; expected {stem}.txt or {stem} with another ending of a document"


def _find_unused_rows(folder: Path, documents: list[Path]) -> Iterator[UnreadFile]:
    """Yield the rows of a folder's manifest whose documents do not exist.

    A manifest is a table with a row of metadata for each document. An invalid manifest is itself yielded if
    the folder has no documents.

    Args:
        documents: The documents in the folder.
    """
    path = folder / MANIFEST_NAME
    try:
        manifest = read_manifest(path)
    except Rejection as rejection:
        # If there are documents, each of them is rejected for this reason.
        if not documents:
            yield UnreadFile(path, rejection.message)
        return
    names = [path.name for path in documents if not find_format(path.name).is_line]
    for line, name in manifest.rows_without_document(names) if manifest else ():
        yield UnreadFile(path, f"line {line}: there is no document {printable(name)} beside the manifest")


def _is_document(path: PurePath) -> bool:
    return has_format(path.name) and not _is_readme(path)


def _is_readme(path: PurePath) -> bool:
    return path.stem.lower() == "readme"
