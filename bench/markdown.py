"""Markdown tables, and the heading of a report."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

Row = Sequence[str]


def report_heading(version: str, sizes: dict[int, int], rounds: int) -> str:
    """Return the first lines of a report: the date, the machine, and the measured databases.

    Args:
        version: The database engine and its version.
        sizes: The bytes of each database, by its number of articles.
        rounds: How often each request was measured.
    """
    corpora = ", ".join(f"{articles:,} articles ({size / 1e6:,.0f} MB)" for articles, size in sizes.items())
    lines = [
        f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_processor()}, {os.cpu_count()} cores",
        f"- Python {platform.python_version()}, {version}",
        f"- {corpora}; {rounds} rounds, one connection kept alive, no content coding; milliseconds",
    ]
    return "\n".join(lines)


def markdown_table(titles: Row, rows: Sequence[Row]) -> str:
    """Return a Markdown table with the headings `titles`.

    The first column is aligned to the left, all others to the right.
    """
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(cells, widths) for cells in (titles, rule, *rows))


def _line(cells: Row, widths: Sequence[int]) -> str:
    padded = [cells[0].ljust(widths[0]), *map(str.rjust, cells[1:], widths[1:])]
    return f"| {' | '.join(padded)} |"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())
