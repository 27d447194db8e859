"""Tests of generated clients: they run the programs in docs/clients.md against a live server."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from seeds.demo_command import DEMO_FOLDER
from tests.clients.generated_clients import (
    check_python,
    check_typescript,
    generate,
    program_of,
    run_with_change,
)
from tests.support.server import Server

pytestmark = pytest.mark.clients

ChangingServer = tuple[Server, Callable[..., None]]

CORRECTED = DEMO_FOLDER / "2026-10-28-lanner-radio-club.md"
CORRECTED_TITLE = "School Radio Club Hears Lanner-1 After Two Days"
REMOVED = "herring-return-to-saltmere-bay-and-so-does-the-quarrel-over-them"

# These programs request the change. Then they follow the change feed with the copy of the guide and with a
# new copy.
PYTHON_DRIVER = """
import urllib.request

urllib.request.urlopen("{address}").close()
cursor = follow(copy, cursor)
other: dict[UUID, Article] = {{}}
follow(other, UNSET)
print(len(copy), "articles after the change")
print("equal" if {{each.slug: each.title for each in copy.values()}} == {{
    each.slug: each.title for each in other.values()
}} else "different")
print(*(each.title for each in copy.values()), sep="\\n")
print(title_of("{removed}"))
"""
TYPESCRIPT_DRIVER = """
await fetch("{address}");
cursor = await follow(copy, cursor);
const other = new Map();
await follow(other);
console.log(copy.size, "articles after the change");
const titlesOf = (articles) => [...articles.values()].map((each) => each.title).sort().join("\\n");
const titles = [titlesOf(copy), titlesOf(other)];
console.log(titles[0] === titles[1] ? "equal" : "different");
console.log(titles[0]);
console.log(await titleOf("{removed}"));
"""
# What the guide prints, in this order, as regular expressions.
PRINTED = (
    r"4 articles",
    r"- .+\[ ?\d",
    r"19 articles, 19 of them different",
    r"hospital-in-hallowick-dims-its-lights-and-counts-fewer-errors Hospital in Hallowick",
    r"0\.\d+ both (mention|contain) ",
    r"unchanged",
    r"422 limit .* \[ ?'1 to 100' ?\] (None|null)",
    r"404 There is no article with the slug",
    r"ildre-breaks-its-banks-and-empties-the-lower-town-of-dunminster has 5 articles",
    r"19 articles in the copy",
    r"18 articles after the change",
    r"equal",
    CORRECTED_TITLE,
    r"410 ",
)


def assert_guide_printed(printed: str) -> None:
    """Assert that `printed` contains matches of all patterns in PRINTED, in this order.

    `printed` is the output of the program in docs/clients.md.
    """
    position = 0
    for pattern in PRINTED:
        found = re.compile(pattern, re.MULTILINE).search(printed, position)
        assert found, f"{pattern}\n{printed}"
        position = found.end()


@pytest.fixture
def change(changing_server: ChangingServer, tmp_path: Path) -> Callable[[], None]:
    """Return a function that corrects one article of `changing_server` and removes a different article."""
    _, seed = changing_server

    def correct_and_remove() -> None:
        text = CORRECTED.read_text(encoding="utf-8")
        corrected = tmp_path / "corrected" / CORRECTED.name
        corrected.parent.mkdir()
        corrected.write_text(
            re.sub("title: .*", f"title: {CORRECTED_TITLE}", text, count=1), encoding="utf-8"
        )
        seed("load", str(corrected))
        seed("remove", REMOVED)

    return correct_and_remove


def test_a_python_client_runs_the_guide(
    changing_server: ChangingServer, change: Callable[[], None], tmp_path: Path
) -> None:
    server, _ = changing_server
    folder = tmp_path / "client"
    folder.mkdir()
    generate("openapi-python-client generate", server, folder)
    program = folder / "guide.py"
    text = program_of("python", server)
    assert not re.search(r"\bcast\b|type: ignore", text)
    program.write_text(text, encoding="utf-8")
    check_python(program)
    printed = run_with_change(
        [sys.executable, program],
        lambda address: PYTHON_DRIVER.format(address=address, removed=REMOVED),
        change,
    )
    assert_guide_printed(printed)


def test_a_typescript_client_runs_the_guide(
    changing_server: ChangingServer, change: Callable[[], None], tmp_path: Path
) -> None:
    server, _ = changing_server
    folder = tmp_path / "client"
    folder.mkdir()
    generate("npx openapi-typescript", server, folder)
    program = folder / "guide.ts"
    text = program_of("ts", server)
    # No casts and no `!` after a value, which also silence the compiler.
    assert not re.search(r" as [\w{(]|[\w)\]]!|\bany\b|@ts-", text)
    program.write_text(text, encoding="utf-8")
    check_typescript(program)
    printed = run_with_change(
        ["node", program.with_suffix(".js")],
        lambda address: TYPESCRIPT_DRIVER.format(address=address, removed=REMOVED),
        change,
    )
    assert_guide_printed(printed)
