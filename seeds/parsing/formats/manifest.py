"""Parse a manifest, the file `manifest.csv` with a row of metadata for each of several documents."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import NamedTuple

from api.problems import closest_choice
from seeds.escaping import printable, shortened
from seeds.parsing.document import Rejection
from seeds.parsing.sidecar import KEYS, Sidecar, read_value

MANIFEST_NAME = "manifest.csv"
MAX_MANIFEST_BYTES = 16 * 1024 * 1024
# The column with the file name of the document, and other usual names of this column.
NAME_COLUMN = "file"
NAME_COLUMNS = (NAME_COLUMN, "filename", "name", "document")


class ManifestRow(NamedTuple):
    """A row of a manifest.

    Attributes:
        line: The number of the row's last line in the file, from 1.
        metadata: The metadata that the row gives or, if the row is invalid, the reason.
    """

    line: int
    metadata: Sidecar | Rejection


class Manifest:
    """The rows of a manifest, a table with the metadata of documents.

    `rows` maps the name of each document to its row. A name is a file name, with or without the extension.
    """

    def __init__(self, rows: dict[str, ManifestRow]) -> None:
        self.rows = rows

    def find(self, name: str) -> Sidecar:
        """Return the metadata for the document in the file `name`. Without a row, all values are None.

        Raises:
            Rejection: If the row for the document is invalid, or if there are two rows for it.
        """
        # The name of a file without an extension is also its stem.
        names = dict.fromkeys((name, PurePath(name).stem))
        found = [self.rows[each] for each in names if each in self.rows]
        if len(found) > 1:
            raise _rejection(max(row.line for row in found), f"a second row for {printable(name)}")
        metadata = found[0].metadata if found else Sidecar()
        if isinstance(metadata, Rejection):
            raise metadata
        return metadata

    def rows_without_document(self, names: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Yield `(line number, document name)` for each row whose document does not exist.

        `names` are the file names of the existing documents.
        """
        known = {*names, *(PurePath(name).stem for name in names)}
        yield from ((row.line, name) for name, row in self.rows.items() if name not in known)


def parse_manifest(data: bytes) -> Manifest:
    """Parse the bytes of a manifest: a CSV file with the metadata of several documents.

    An invalid row is kept with its error, so that only its document is rejected.

    Raises:
        Rejection: If `data` as a whole is invalid, for example because a column is unknown.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _rejection(data[: error.start].count(b"\n") + 1, "the file is not UTF-8") from None
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: dict[str, ManifestRow] = {}
    try:
        columns = _read_columns(next(lines, []))
        for cells in lines:
            if any(cell.strip() for cell in cells):
                _add_row(rows, columns, [cell.strip() for cell in cells], lines.line_num)
    except csv.Error as error:
        raise _rejection(max(lines.line_num, 1), f"not CSV: {error}") from None
    return Manifest(rows)


def _read_columns(cells: Sequence[str]) -> list[str]:
    columns = [NAME_COLUMN if cell.strip() in NAME_COLUMNS else cell.strip() for cell in cells]
    for column in columns:
        if column not in (NAME_COLUMN, *KEYS):
            near = closest_choice(column, [NAME_COLUMN, *KEYS])
            hint = f"; did you mean '{near}'?" if near else ""
            known = ", ".join((NAME_COLUMN, *KEYS))
            message = f"'{shortened(column)}' is not a column of a manifest; the columns are {known}{hint}"
            raise _rejection(1, message)
        if columns.count(column) > 1:
            raise _rejection(1, f"the column '{column}' is repeated")
    if NAME_COLUMN not in columns:
        raise _rejection(1, f"expected a column '{NAME_COLUMN}' with the file name of each document")
    return columns


def _add_row(rows: dict[str, ManifestRow], columns: list[str], cells: list[str], line: int) -> None:
    if len(cells) > len(columns):
        raise _rejection(line, f"{len(cells)} cells; expected at most {len(columns)}, one for each column")
    values = dict(zip(columns, cells, strict=False))
    name = values.pop(NAME_COLUMN, "")
    if not name:
        raise _rejection(line, f"the column '{NAME_COLUMN}' is empty; expected the file name of a document")
    metadata = _read_row(values, line)
    if name in rows:
        metadata = _rejection(line, f"a second row for {printable(name)}")
    rows[name] = ManifestRow(line, metadata)


def _read_row(values: dict[str, str], line: int) -> Sidecar | Rejection:
    found: dict[str, object] = {}
    for column, text in values.items():
        try:
            if text:
                found[column] = read_value(column, text)
        except ValueError as error:
            return _rejection(line, f"'{column}' {error}")
    return Sidecar(**found)  # type: ignore[arg-type]  # `read_value` returns the type of each field.


def _rejection(line: int, message: str) -> Rejection:
    return Rejection(f"manifest {MANIFEST_NAME} line {line}: {message}")
