"""Write generated pages to files."""

from collections.abc import Iterable
from pathlib import Path

from bench.corpus.page import Page

SEED = 1


def write_corpus(folder: Path, numbers: Iterable[int], seed: int = SEED) -> None:
    """Write generated article pages, and the YAML files with their metadata, into `folder`.

    Args:
        folder: An existing folder.
        numbers: The numbers of the pages, which start at 1.
        seed: A different seed generates different pages.
    """
    for number in numbers:
        page = Page(seed, number)
        path = folder / f"page-{number:07}.txt"
        path.write_bytes(page.text().encode())
        path.with_suffix(".yaml").write_bytes(page.sidecar().encode())
