"""The document formats: which module reads a file, by the ending of its name.

To add a format, write a module with a function `parse` like that of `seeds.parsing.page`. Add its ending to
`FORMATS`.
"""

# A format can need large packages, so its module is imported with the first file that has its ending.
from importlib import import_module
from pathlib import PurePath
from typing import NamedTuple

from seeds.parsing.document import Document, Rejection


class Format(NamedTuple):
    """A format of documents.

    Attributes:
        module: The name of the module that reads the format. Its `parse` takes the bytes and the file name,
            and returns a `Document` or raises `Rejection`. If each line is a document, `parse_line` also
            takes the line number.
        has_metadata: True if the document itself can give metadata, such as its URL.
        is_line: True if each line of a file is a document.
    """

    module: str
    has_metadata: bool = True
    is_line: bool = False


PAGE = Format("seeds.parsing.page", has_metadata=False)
MARKDOWN = Format("seeds.parsing.formats.front_matter")
HTML = Format("seeds.parsing.web_pages.web_page")
FORMATS = {
    ".txt": PAGE,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".json": Format("seeds.parsing.formats.json_brief"),
    ".jsonl": Format("seeds.parsing.formats.json_brief", is_line=True),
}


def has_format(name: str) -> bool:
    """Return True if the file name `name` has the ending of a document format, in upper or lower case."""
    return PurePath(name).suffix.lower() in FORMATS


def find_format(name: str) -> Format:
    """Return the format of the file `name`. A file with an unknown ending is an article page."""
    return FORMATS.get(PurePath(name).suffix.lower(), PAGE)


def parse(data: bytes, name: str) -> Document:
    """Parse `data`, the bytes of the file `name`. The ending of the name determines the format.

    Raises:
        Rejection: If `data` is not a document in the format that the ending determines.
    """
    return _document(import_module(find_format(name).module).parse(data, name))


def parse_line(data: bytes, name: str, line: int) -> Document:
    """Parse one line of the file `name`, which has a document on each line.

    `data` are the bytes of the line, and `line` is its number.

    Raises:
        Rejection: If `data` is not a document in the format of the file.
    """
    return _document(import_module(find_format(name).module).parse_line(data, name, line))


def has_known_metadata(rejection: Rejection, name: str) -> bool:
    """Return True if the metadata of a rejected document, such as its URL, is known.

    It is known if it was read before the fault, or if the format of the file `name` has none.
    """
    return rejection.metadata is not None or not find_format(name).has_metadata


def _document(parsed: object) -> Document:
    if not isinstance(parsed, Document):
        raise TypeError(f"a reader returned {type(parsed).__name__} instead of a Document")
    return parsed
