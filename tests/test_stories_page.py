"""Tests of docs/stories.md: its examples run, and the response that it shows is the API's response.

The database contains the demonstration briefs.
"""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.seeds.documents import ROOT
from tests.support.fenced_blocks import blocks_of, project_folder, run
from tests.support.server import Server, running_gunicorn
from tests.test_documents import API_PAGE, assert_matches, on_server

STORIES_PAGE = ROOT / "docs" / "stories.md"


@pytest.fixture
def folder(tmp_path: Path, forked_programs: Path) -> Path:
    """Return a folder in which commands run as in the project folder."""
    return project_folder(tmp_path, forked_programs)


@pytest.fixture
def server(demonstration: str, folder: Path) -> Iterator[Server]:
    """Start a server on a database with the demonstration briefs."""
    with running_gunicorn(demonstration, folder, BRIEFS_WORKERS="1") as server:
        yield server


def test_the_command_prints_the_answer_of_the_page(server: Server, folder: Path, demonstration: str) -> None:
    (script,) = (block.text for block in blocks_of(STORIES_PAGE) if block.language == "sh")
    (answer,) = (block.text for block in blocks_of(STORIES_PAGE) if block.language == "json")
    assert_matches(orjson.loads(answer), orjson.loads(run(on_server(script, server), folder, demonstration)))


def test_the_python_examples_print_the_main_stories_and_what_is_new(
    server: Server, folder: Path, demonstration: str
) -> None:
    client = next(block.text for block in blocks_of(API_PAGE) if block.language == "python")
    examples = [block.text for block in blocks_of(STORIES_PAGE) if block.language == "python"]
    program = "\n".join([client, *examples, "print_news(story['id'], seen)", "print(len(seen))"])
    (folder / "stories.py").write_text(on_server(program, server), encoding="utf-8")
    lines = run("python stories.py", folder, demonstration).splitlines()
    assert any(line.startswith("- ") for line in lines)
    new = [line for line in lines if line.startswith("new: ")]
    assert len(new) >= 2
    # The second look finds nothing new.
    assert lines[-1] == str(len(new))
