"""Type-check and run the TypeScript of the guides, which needs no package and no generated client."""

import shutil
from pathlib import Path

import pytest

from tests.clients.npm_packages import HERE, run_node, run_program
from tests.support.fenced_blocks import blocks_of
from tests.support.server import ROOT, Server
from tests.test_documents import API_PAGE, on_server

pytestmark = pytest.mark.clients

STORIES_PAGE = ROOT / "docs" / "stories.md"


def typescript_of(page: Path) -> list[str]:
    """Return the TypeScript blocks of a Markdown file."""
    return [block.text for block in blocks_of(page) if block.language == "ts"]


def run_examples(examples: list[str], server: Server, folder: Path) -> str:
    """Compile and run TypeScript examples against `server`, and return what they print."""
    # A module can use top-level await, and its names do not clash with those of the browser.
    program = "\n".join([*examples, "export {};", ""])
    (folder / "guide.ts").write_text(on_server(program, server), encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    shutil.copyfile(HERE / "tsconfig.json", folder / "tsconfig.json")
    run_program("tsc", "--project", folder)
    return run_node(folder / "guide.js", folder=folder)


def test_the_examples_of_the_guide_to_the_api_print_what_they_promise(
    demo_server: Server, tmp_path: Path
) -> None:
    printed = run_examples(typescript_of(API_PAGE), demo_server, tmp_path)
    for text in ("Efficiency Over Excess", "422 sort", "unchanged", "19 articles; continue from true"):
        assert text in printed, text


def test_the_examples_of_the_guide_to_stories_print_stories_and_what_is_new(
    demo_server: Server, tmp_path: Path
) -> None:
    # They use the functions in the first block of the guide to the API.
    examples = [typescript_of(API_PAGE)[0], *typescript_of(STORIES_PAGE)]
    printed = run_examples(examples, demo_server, tmp_path)
    for text in ("articles in", "\n- ", "\nnew: "):
        assert text in printed, text
