"""Tests of dry runs of random folders. A dry run reports the same as a real load, and changes no row."""

import shutil
from pathlib import Path

import orjson
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.seeds.commands.results import assert_predicted
from tests.seeds.documents import Page, clear, seed, write
from tests.seeds.stored_rows import rows
from tests.support.properties import database_property

NAMES = "abcde"
TITLES = ("China Reads a Gauge", "Sirens Tested in Shanghai", "A Wall Is Raised")
PAGES = st.builds(
    Page,
    title=st.sampled_from(TITLES),
    summary=st.sampled_from(
        (None, "China and Guangdong agree.", "Inspectors of the Inland Waters Board agree.")
    ),
    takeaways=st.sampled_from(((), ("Beijing reads it.",), ("Shanghai has it.", "Sirens are tested."))),
    related=st.lists(st.tuples(st.sampled_from(TITLES), st.none()), max_size=2, unique=True).map(tuple),
)
SIDECARS = st.sampled_from(
    (
        None,
        "language: de",
        "slug: tide",
        "url: https://example.org/x",
        "slug: a-wall-is-raised",
        "nonsense: 1",
    )
)
# A page or an invalid document, with or without a sidecar.
FILES = st.tuples(PAGES | st.sampled_from((b"", b"\xff", b"A title alone")), SIDECARS)
FOLDERS = st.dictionaries(st.sampled_from(NAMES), FILES, max_size=len(NAMES))
EXECUTION_OPTIONS = st.sampled_from(
    ((), ("--strict",), ("--prune", "--yes"), ("--prune", "--yes", "--force", "--strict"))
)

Files = dict[str, tuple[Page | bytes, str | None]]


def fill(folder: Path, files: Files) -> None:
    """Replace the contents of `folder` by `files`, which maps file names to contents."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, (page, sidecar) in files.items():
        write(folder, name, page, sidecar)


@database_property(8)
@given(states=st.lists(FOLDERS, min_size=1, max_size=3), options=EXECUTION_OPTIONS)
def test_for_any_folder_a_dry_run_reports_what_the_real_run_does_and_changes_no_row(
    app: Flask, tmp_path: Path, states: list[Files], options: tuple[str, ...]
) -> None:
    clear(app)
    folder, report = tmp_path / "pages", tmp_path / "report.json"
    for files in states:
        fill(folder, files)
        before = rows(app)
        dry = seed(app, "--dry-run", "--report", report, *options, folder)
        predicted = orjson.loads(report.read_bytes())
        assert rows(app) == before
        real = seed(app, "--report", report, *options, folder)
        assert orjson.loads(report.read_bytes()) == predicted
        assert_predicted(dry, real)
        changed = predicted["summary"]["created"] + predicted["summary"]["updated"]
        assert (rows(app)["changes"] != before["changes"]) == bool(changed + predicted["summary"]["removed"])
