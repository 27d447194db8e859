"""Tests of `flask seed parse`, which prints the JSON of a document, or one line for a rejection."""

import os
import re
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from flask import Flask

from seeds.parsing.document import document_to_json
from seeds.parsing.page import parse
from tests.conftest import make_app
from tests.seeds.commands.results import GAUGES, NO_TAKEAWAYS, SOURCE, WALL, invoke, message_lines
from tests.seeds.documents import Page, write


@pytest.mark.parametrize("page", [GAUGES, WALL, NO_TAKEAWAYS, Page(caption=None, analysis=(), signature=())])
def test_parse_prints_only_the_document_as_json(
    app_without_database: Flask, tmp_path: Path, page: Page
) -> None:
    path = write(tmp_path, "a\nb", page, "nonsense: true")
    result = invoke(app_without_database, "seed", "parse", path)
    assert (result.stderr, result.exit_code) == ("", 0)
    assert orjson.loads(result.stdout) == document_to_json(parse(path.read_bytes(), "a\nb.txt"))


def test_parse_prints_the_fields_in_a_fixed_order(app_without_database: Flask) -> None:
    result = invoke(app_without_database, "seed", "parse", SOURCE)
    printed = orjson.loads(result.stdout)
    expected = "source title summary image takeaways analysis byline body related metadata lines warnings"
    assert list(printed) == expected.split()
    assert printed["source"]["name"] == SOURCE.name
    assert printed["lines"]["title"] == [1, 1]
    assert all(len(span) == 2 for span in printed["lines"]["takeaways"])


def test_parse_prints_text_without_escapes(app_without_database: Flask, tmp_path: Path) -> None:
    path = write(tmp_path, "a", replace(GAUGES, title="北海 “Tide” 🌊"))
    assert '"title": "北海 “Tide” 🌊"' in invoke(app_without_database, "seed", "parse", path).stdout


@pytest.mark.parametrize("data", [b"", b"\0", b"\xff", b"A Title Alone"])
def test_parse_rejects_an_invalid_document_with_one_line_and_exits_with_1(
    app_without_database: Flask, tmp_path: Path, data: bytes
) -> None:
    path = write(tmp_path, "a\x1b", data)
    result = invoke(app_without_database, "seed", "parse", path)
    (line,) = message_lines(result)
    assert re.match(rf"{re.escape(str(tmp_path))}/a\\x1b\.txt: (line|byte) \d+: rejected: ", line)
    assert (result.stdout, result.exit_code) == ("", 1)


def test_parse_rejects_a_pipe_and_a_file_over_the_limit(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    path = write(tmp_path, "a", GAUGES)
    limited = make_app("sqlite:////nowhere/at/all.db", BRIEFS_MAX_DOCUMENT_BYTES="100")
    for refused, reason in (
        (tmp_path / "pipe", "the path is not a regular file"),
        (path, "the file is larger than the limit of 100 bytes"),
    ):
        result = invoke(limited, "seed", "parse", refused)
        assert message_lines(result)[0].endswith(f"rejected: {reason}")
        assert (result.stdout, result.exit_code) == ("", 1)
