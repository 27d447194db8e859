"""Tests of the documentation: its commands run, its responses are real, and its links are valid."""

import re
from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from flask import Flask

from api.database.base import db
from seeds.extraction.catalogue import read_catalogue
from seeds.parsing.formats.manifest import parse_manifest
from seeds.parsing.page import parse
from seeds.parsing.sidecar import parse_sidecar
from tests.conftest import ENGINES, load_documents
from tests.seeds.documents import ROOT, Page, seed, write
from tests.seeds.stored_rows import article_row, stored_content
from tests.support.fenced_blocks import block_with, blocks_of, project_folder, prose_of, run
from tests.support.server import Server, running_gunicorn
from tests.support.snapshots import Snapshots

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
API_PAGE, SEEDING_PAGE, FORMAT_PAGE = (ROOT / "docs" / f"{name}.md" for name in ("api", "seeding", "format"))

INLINE_COMMAND = re.compile(r"`(\.venv/bin/flask seed [^`]+)`")
LINK = re.compile(r"\[[^\]]+\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
# Inline code that is written as the path of a file or folder.
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|md|toml|in|txt|yaml))`")
TOP_FOLDERS = tuple(f"{path.name}/" for path in ROOT.iterdir() if path.is_dir())
NOT_RUN = "not run: "

EXAMPLE_SERVICE = "localhost:8000"
EXAMPLE_DATABASE = "postgresql://briefs:secret@db.example.org/briefs"
# The placeholders in the table of commands, and the values that the test uses.
PLACEHOLDERS = {
    "[PATH ...]": "seeds/documents",
    "[FILE]": "all.ndjson",
    "--report FILE": "--report report.json",
    "parse FILE": "parse seeds/documents/000_873f17470df679e4.txt",
    "--prune": "--prune --yes",
    "remove ARTICLE": "remove f2c8f2a4-e8d6-51a9-9662-e3de69983d26",
}


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of the headings of `page`, as GitHub makes them."""
    headings = HEADING.findall(prose_of(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return a folder in which commands run as in the project folder.

    A slow test runs each command with a new Python interpreter. Other tests run it in a fork of a process
    that has already imported the modules.
    """
    is_slow = request.node.get_closest_marker("slow") is not None
    return project_folder(tmp_path, None if is_slow else request.getfixturevalue("forked_programs"))


@pytest.fixture
def seeded(
    app: Flask, folder: Path, database_url: str, snapshots: Snapshots, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Load the articles that the tested page of the documentation shows, and export them.

    The export is `briefs.ndjson` in `folder`. If the page is in PAGES_AFTER_MAKE_DEMO, the articles are those
    of `make demo`. Otherwise they are the article in `seeds/documents` and an article "harbour" with two
    revisions.
    """
    is_demonstration = request.node.callspec.params.get("name") in PAGES_AFTER_MAKE_DEMO
    snapshots.fill(app, load_demonstration if is_demonstration else load_articles)
    write(folder, "harbour", Page())
    run(".venv/bin/flask seed export briefs.ndjson", folder, database_url)
    yield
    with app.app_context():
        db.engine.dispose()


def load_demonstration(app: Flask) -> None:
    """Load the same documents as `make demo`."""
    load_documents(app)
    result = app.test_cli_runner().invoke(args=["seed", "demo", "--yes"])
    assert result.exit_code == 0, result.output


def load_articles(app: Flask) -> None:
    """Load the article in `seeds/documents` and an article "harbour" with two revisions."""
    load_documents(app)
    with TemporaryDirectory() as folder:
        for page in (Page(summary="Ten towns."), Page()):
            assert seed(app, write(Path(folder), "harbour", page)).exit_code == 0


@pytest.fixture
def server(folder: Path, database_url: str, seeded: None) -> Iterator[Server]:  # noqa: ARG001
    """Start a server on a database with the articles that the documentation shows."""
    with running_gunicorn(database_url, folder, BRIEFS_WORKERS="1") as server:
        yield server


def on_server(text: str, server: Server) -> str:
    """Return `text` with `localhost:8000` replaced with the address of `server`."""
    return text.replace(EXAMPLE_SERVICE, f"localhost:{server.port}")


def assert_matches(printed: Any, served: Any, place: str = "answer") -> None:
    """Assert that JSON on a page of the documentation equals a real response.

    `…` in `printed` matches any text. `place` is the position in the JSON, for the message.
    """
    if isinstance(printed, dict):
        assert list(printed) == list(served), place
        for key, value in printed.items():
            assert_matches(value, served[key], f"{place}.{key}")
    elif isinstance(printed, list):
        assert len(printed) == len(served), place
        for at, (mine, theirs) in enumerate(zip(printed, served, strict=True)):
            assert_matches(mine, theirs, f"{place}[{at}]")
    elif isinstance(printed, str) and "…" in printed:
        assert re.fullmatch(".*".join(map(re.escape, printed.split("…"))), served), place
    else:
        assert printed == served, place


# The other pages have no command whose result depends on the engine.
PAGES_FOR_BOTH_ENGINES = ("README.md", "docs/api.md", "docs/seeding.md")
# These pages show the demonstration briefs.
PAGES_ON_DEMONSTRATION = ("README.md",)
# The example of this page contains the corpus revision that `make demo` leads to.
PAGES_AFTER_MAKE_DEMO = ("docs/streams.md",)
PAGES_WITH_COMMANDS = [
    pytest.param(engine, name, marks=[pytest.mark.slow] if engine == "postgresql" else [])
    for name, page in zip(NAMES, PAGES, strict=True)
    for engine in (ENGINES if name in PAGES_FOR_BOTH_ENGINES else ENGINES[:1])
    # tests/test_stories_page.py runs the commands of docs/stories.md on the demonstration briefs.
    if name != "docs/stories.md"
    and any(block.language == "sh" and not block.note.startswith(NOT_RUN) for block in blocks_of(page))
]


@pytest.mark.parametrize(("engine", "name"), PAGES_WITH_COMMANDS)
def test_every_command_of_a_page_runs_and_gives_the_answer_that_the_page_prints(
    name: str, folder: Path, database_url: str, request: pytest.FixtureRequest
) -> None:
    scripts = [block.text for block in blocks_of(ROOT / name) if block.language == "sh"]
    request.getfixturevalue("seeded")
    if name in PAGES_ON_DEMONSTRATION:
        run(".venv/bin/flask seed demo --yes", folder, database_url)
    server = request.getfixturevalue("server") if EXAMPLE_SERVICE in "".join(scripts) else None
    other = folder / "other.db"
    printed = ""
    for block in blocks_of(ROOT / name):
        if block.language == "sh" and not block.note.startswith(NOT_RUN):
            script = block.text.replace(EXAMPLE_DATABASE, f"sqlite:///{other}")
            script = on_server(script, server) if server else script
            printed = run(script, folder, database_url)
            for answer in (line for line in printed.splitlines() if line.startswith('{"data":')):
                assert orjson.loads(answer)["data"], block.text
        elif block.language == "json":
            assert_matches(orjson.loads(block.text), orjson.loads(printed))


@pytest.mark.parametrize("name", NAMES)
def test_a_command_that_is_not_run_has_a_comment_with_the_reason(name: str) -> None:
    for block in blocks_of(ROOT / name):
        assert not block.note or len(block.note) > len(NOT_RUN) + 5, block


@pytest.mark.parametrize("engine", ["sqlite"])
def test_every_command_of_the_table_runs(app: Flask, folder: Path, database_url: str) -> None:
    commands = INLINE_COMMAND.findall(SEEDING_PAGE.read_text(encoding="utf-8"))
    assert len(commands) == 13
    for command in commands:
        if " import " in command:
            # The command needs an empty database, which the backup contains.
            continue
        run(
            reduce(lambda text, left: text.replace(left, PLACEHOLDERS[left]), PLACEHOLDERS, command),
            folder,
            database_url,
        )
    assert (folder / "report.json").stat().st_size
    assert (folder / "all.ndjson").stat().st_size
    with app.app_context():
        db.engine.dispose()


def test_a_backup_contains_the_whole_database(app: Flask, folder: Path, database_url: str) -> None:
    other_url = f"sqlite:///{folder}/other.db"
    seed(app)
    script = block_with(SEEDING_PAGE, "seed import briefs.ndjson").replace(EXAMPLE_DATABASE, other_url)
    assert "1 article, " in run(script, folder, database_url)
    exported = run(f"export DATABASE_URL={other_url}; .venv/bin/flask seed export", folder, database_url)
    assert exported == (folder / "briefs.ndjson").read_text(encoding="utf-8")


def test_an_earlier_document_can_be_restored_from_an_export(
    app: Flask, folder: Path, database_url: str
) -> None:
    first, second = Page(), Page(summary="Ten towns.")
    for page in (first, second):
        seed(app, write(folder, "harbour", page))
    script = block_with(SEEDING_PAGE, "jq -j")
    run(f"rm harbour.txt\n{script}", folder, database_url)
    assert (folder / "harbour.txt").read_text(encoding="utf-8") == first.text
    seed(app, folder / "harbour.txt")
    assert stored_content(app, "harbour")["summary"] == first.summary
    assert article_row(app, "harbour")["revision"] == 3


def test_a_copy_continues_from_its_place_after_a_failure(app: Flask, folder: Path, database_url: str) -> None:
    script = block_with(API_PAGE, "place.new")
    seed(app, write(folder, "a", Page()))
    with running_gunicorn(database_url, folder, BRIEFS_WORKERS="1") as server:
        here = on_server(script, server)
        assert '"sequence":1' in run(here, folder, database_url)
        seed(app, write(folder, "b", Page(title="Sirens Tested")))
        with pytest.raises(AssertionError):
            run(here.replace(str(server.port), "1"), folder, database_url)
        assert '"sequence":2' in run(here, folder, database_url)
        assert '"data":[]' in run(here, folder, database_url)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_python_examples_run(folder: Path, database_url: str, server: Server) -> None:
    program = "\n".join(block.text for block in blocks_of(API_PAGE) if block.language == "python")
    (folder / "guide.py").write_text(on_server(program, server), encoding="utf-8")
    lines = run("python guide.py", folder, database_url).splitlines()
    assert lines[0].startswith("Efficiency Over Excess")
    assert "422 sort" in "\n".join(lines)
    assert "unchanged" in lines
    assert lines[-1] == "2 articles"


def test_the_example_of_the_page_format_is_the_file_that_the_page_names() -> None:
    examples = ROOT / "docs" / "examples"
    by_language = {block.language: block.text for block in blocks_of(FORMAT_PAGE)}
    page, sidecar = (examples / "canal-lift.txt").read_bytes(), (examples / "canal-lift.yaml").read_bytes()
    assert by_language["text"] == page.decode()
    assert by_language["yaml"] == sidecar.decode()
    document = parse(page, "canal-lift.txt")
    assert document.warnings == ()
    assert [each.text for each in document.takeaways][2] == "5 barges fit at once."
    assert parse_sidecar(sidecar, "canal-lift.yaml").published_at


def test_the_examples_of_the_other_formats_are_the_files_that_the_page_names() -> None:
    examples = ROOT / "docs" / "examples" / "formats"
    by_language = {block.language: block.text for block in blocks_of(ROOT / "docs" / "formats.md")}
    for language, name in (
        ("markdown", "canal-lift.md"),
        ("json5", "canal-lift.json"),
        ("csv", "manifest.csv"),
    ):
        assert by_language[language] == (examples / name).read_text(encoding="utf-8"), name
    assert len(parse_manifest((examples / "manifest.csv").read_bytes()).rows) == 2


def test_the_sidecar_and_the_catalogue_entry_of_the_seeding_page_are_valid(tmp_path: Path) -> None:
    sidecar, entry = (block.text for block in blocks_of(SEEDING_PAGE) if block.language == "yaml")
    assert parse_sidecar(sidecar.encode(), "harbour.yaml").slug == "harbour-towns"
    (tmp_path / "catalogue.yaml").write_text(entry, encoding="utf-8")
    (entity,) = read_catalogue(tmp_path / "catalogue.yaml")
    assert entity.slug == "inland-waters-board"


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_to_a_file_and_a_heading(name: str) -> None:
    page = ROOT / name
    for target in (found["target"] for found in LINK.finditer(prose_of(page))):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors_of(linked), target


@pytest.mark.parametrize("name", NAMES)
def test_every_path_that_a_page_names_exists(name: str) -> None:
    page = ROOT / name
    for path in PATH.findall(prose_of(page)):
        in_project = "/" not in path or path.startswith(TOP_FOLDERS)
        if in_project and not path.startswith("instance/"):
            places = (ROOT / path, page.parent / path)
            assert any(place.exists() for place in places) or "NAME" in path, path


def test_the_guide_to_upgrades_says_of_each_migration_whether_old_workers_can_run_meanwhile() -> None:
    page = (ROOT / "docs" / "deployment" / "upgrades.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\d{4}) \|.*\| (?:yes|no) \|$", page, re.MULTILINE)
    migrations = sorted(path.name[:4] for path in (ROOT / "migrations" / "versions").glob("*.py"))
    # The first migration creates all tables. Databases of development versions must be created again.
    assert listed == migrations[1:]


def versions() -> Mapping[str, str]:
    """Return the version number of the project in each file that contains it, by file name."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    specification = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    package = (ROOT / "api" / "__init__.py").read_text(encoding="utf-8")
    patterns = {
        "CHANGELOG.md": (changelog, r"^## (\S+) - "),
        "openapi.yaml": (specification, r"^  version: ['\"]?([^'\"\n]+)"),
        "api/__init__.py": (package, r'^__version__ = "(.+)"'),
    }
    found = {name: re.search(pattern, text, re.MULTILINE) for name, (text, pattern) in patterns.items()}
    return {name: match[1] for name, match in found.items() if match}


def test_package_specification_and_changelog_state_one_version() -> None:
    stated = versions()
    assert len(stated) == 3
    assert len(set(stated.values())) == 1, stated
