"""The report, in Markdown: the machine, the cases, the first and last pages."""

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.depth import Depth
from bench.measure import HIGH, Result, Times
from bench.service import Service

Row = Sequence[str]
PERCENTILE = f"p{HIGH * 100:.0f}"


def heading(version: str, sizes: dict[int, int], rounds: int) -> str:
    """Say when, on what and of what was measured; `sizes` are the corpora's bytes by their articles."""
    corpora = ", ".join(f"{articles:,} articles ({size / 1e6:,.0f} MB)" for articles, size in sizes.items())
    lines = [
        f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_processor()}, {os.cpu_count()} cores",
        f"- Python {platform.python_version()}, {version}",
        f"- {corpora}; {rounds} rounds, one connection kept alive, no content coding; milliseconds",
    ]
    return "\n".join(lines)


def cases_table(services: Sequence[Service], results: Sequence[Result]) -> str:
    """Give each case: its hits and times at each size, the ratio of the last median to the first."""
    sizes = [f"{service.articles:,}" for service in services]
    titles = [f"hits {size}" for size in sizes]
    for size in sizes:
        titles += [f"median {size}", f"{PERCENTILE} {size}"]
    rows = [
        [result.case.name, *(f"{hits:,}" for hits in result.hits), *_compared(result.times)]
        for result in results
    ]
    return table(["case", *titles, "ratio"], rows)


def depths_table(service: Service, depths: Sequence[Depth]) -> str:
    """Give each sort: the times of its first and its last page, the ratio of their medians."""
    titles = ["first page", PERCENTILE, "last page", PERCENTILE, "ratio"]
    rows = [[depth.case.name, f"{depth.rows:,}", *_compared([depth.first, depth.last])] for depth in depths]
    return table([f"{service.articles:,} articles", "rows", *titles], rows)


def table(titles: Row, rows: Sequence[Row]) -> str:
    """Give a Markdown table, its first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(cells, widths) for cells in (titles, rule, *rows))


def _compared(times: Sequence[Times]) -> Iterator[str]:
    for each in times:
        yield from (f"{each.median:.1f}", f"{each.high:.1f}")
    yield f"{times[-1].median / times[0].median:.2f}"


def _line(cells: Row, widths: Sequence[int]) -> str:
    padded = [cells[0].ljust(widths[0]), *map(str.rjust, cells[1:], widths[1:])]
    return f"| {' | '.join(padded)} |"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())
