"""Tests of `flask seed remove --erase`: nothing of an article is left except for its tombstone."""

import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, inspect

from api.app import close_app
from api.models import SEARCH_INDEXES
from seeds.identifiers import article_id
from tests.api.answers import assert_problem, get
from tests.conftest import make_app
from tests.seeds.commands.results import invoke, message_lines
from tests.seeds.documents import Page, seed, write
from tests.seeds.stored_rows import rows
from tests.support.snapshots import Snapshots

FIRST = Page(
    title="Quillon Barge Sinks at Marnhull Lock",
    summary="A barge called Quillon sank on Monday.",
    takeaways=("The Marnhull Lock stays shut for nine days.", "Odalys Brandt was the skipper."),
    body=("The Quillon sank within minutes, said Odalys Brandt.", "Divers found a hole in its hull. " * 300),
    related=(("A Wall Is Raised", None),),
)
SECOND = Page(
    title="Quillon Barge Is Lifted",
    summary="Cranes lifted the Quillon on Friday.",
    takeaways=("Two cranes from Dunwater were needed.",),
    body=("Odalys Brandt watched the Quillon rise.", "It was towed to Dunwater."),
)
OTHER = Page(
    title="A Wall Is Raised",
    summary="Ten towns raise a wall.",
    body=("The towns near Dunwater raise a wall.", "It takes a year to build it."),
)
SENTENCES = [
    *(text for page in (FIRST, SECOND) for text in (page.title, *page.takeaways, *page.body)),
    "A barge called Quillon sank on Monday.",
    "Cranes lifted the Quillon on Friday.",
    "quillon-barge",
    "Marnhull",
    "marnhull",
    "Odalys",
    "odalys",
    "barge.txt",
]
IDENTITY = article_id("barge")


def compressed_texts(url: str) -> list[bytes]:
    """Return the decompressed content of all compressed values in the database at `url`.

    Some values can be decompressed only with a document as dictionary. Therefore each content that is found
    without a dictionary is then tried as the dictionary of every value.
    """
    engine = create_engine(url)
    values: list[bytes] = []
    with engine.connect() as connection:
        # FTS5 stores a full-text index in other tables. The table itself cannot be read.
        indexes = {index.table for index in SEARCH_INDEXES if engine.dialect.name == "sqlite"}
        for table in sorted({*inspect(engine).get_table_names()} - indexes):
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):  # noqa: S608
                values += [bytes(value) for value in row if isinstance(value, bytes | memoryview)]
    engine.dispose()
    found = [text for text in map(decompressed, values) if text]
    return found + [text for value in values for each in found if (text := decompressed(value, each))]


def decompressed(value: bytes, dictionary: bytes | None = None) -> bytes | None:
    """Return the decompressed bytes of `value`, or None if its format is neither zlib nor gzip.

    `dictionary` is the preset dictionary that was used to compress the value, or None.
    """
    try:
        if dictionary is not None:
            decompressor = zlib.decompressobj(zdict=dictionary)
        else:
            # 32 selects the format by the first bytes.
            decompressor = zlib.decompressobj(zlib.MAX_WBITS | 32)
        return decompressor.decompress(value) + decompressor.flush()
    except zlib.error:
        return None


@pytest.fixture
def database_bytes(app: Flask, engine: str, database_url: str, tmp_path: Path) -> Callable[[], bytes]:
    """Return a function that returns all bytes of the test's database.

    The decompressed content of all compressed values is appended to the bytes. On SQLite, the function first
    closes the connections of `app`.
    """

    def read() -> bytes:
        if engine == "sqlite":
            assert (
                not (tmp_path / ".briefs.db-wal").exists() or not (tmp_path / ".briefs.db-wal").stat().st_size
            )
            close_app(app)
            files = [path.read_bytes() for path in tmp_path.glob(".briefs.db*")]
            return b"\n".join([*files, *compressed_texts(database_url)])
        texts: list[str] = []
        with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
            tables = connection.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            ).fetchall()
            for (table,) in tables:
                found = connection.execute(f"SELECT to_jsonb({table})::text FROM {table}").fetchall()  # noqa: S608
                texts += [text for (text,) in found]
        return b"\n".join(["\n".join(texts).encode(), *compressed_texts(database_url)])

    return read


@pytest.fixture
def loaded(app: Flask, tmp_path: Path, snapshots: Snapshots) -> None:
    """Load an article with two revisions and a second article, and write both to the folder `documents`."""
    snapshots.fill(app, load_articles)
    write(tmp_path / "documents", "barge", SECOND)
    write(tmp_path / "documents", "wall", OTHER)


def load_articles(app: Flask) -> None:
    """Load an article with two revisions and a second article into the database of `app`."""
    with TemporaryDirectory() as folder:
        for page in (FIRST, SECOND):
            seed(app, write(Path(folder), "barge", page))
        seed(app, write(Path(folder), "wall", OTHER))


def erase(app: Flask, reference: object = IDENTITY) -> Result:
    return invoke(app, "seed", "remove", reference, "--erase", "--yes")


def traces(content: bytes) -> list[str]:
    return [text[:40] for text in SENTENCES if text.encode() in content]


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("is_removed", [False, True], ids=["stored", "removed before"])
def test_no_sentence_is_left_in_the_database(
    app: Flask, client: FlaskClient, database_bytes: Callable[[], bytes], is_removed: bool
) -> None:
    assert len(traces(database_bytes())) > 10
    if is_removed:
        assert invoke(app, "seed", "remove", IDENTITY).exit_code == 0
    result = erase(app)
    assert (result.stdout, result.stderr, result.exit_code) == (
        f"erased {IDENTITY} (revision 2)\n",
        "",
        0,
    )
    assert traces(database_bytes()) == []
    assert [row["slug"] for row in rows(app)["articles"]] == ["a-wall-is-raised"]
    assert_problem(client.get(f"/v1/articles/{IDENTITY}"), 410)
    assert_problem(client.get("/v1/articles/quillon-barge-sinks-at-marnhull-lock"), 404)
    feed = get(client, "/v1/changes")["data"]
    article = {"id": str(IDENTITY), "slug": f"erased-{IDENTITY.hex}", "title": "Erased article"}
    ours = [change for change in feed if change["article"]["id"] == str(IDENTITY)]
    kinds = ["created", "updated", "removed", "removed"] if is_removed else ["created", "updated", "removed"]
    assert [change["kind"] for change in ours] == kinds
    assert all(change["article"] == article for change in ours)
    assert feed[-1] == ours[-1]


@pytest.mark.usefixtures("loaded")
def test_an_export_after_the_erasure_has_no_text_and_can_be_imported(
    app: Flask, sqlite_template: Path, tmp_path: Path
) -> None:
    assert erase(app).exit_code == 0
    exported = invoke(app, "seed", "export").stdout
    assert traces(exported.encode()) == []
    (tmp_path / "export.ndjson").write_text(exported, encoding="utf-8")
    (tmp_path / "copy.db").write_bytes(sqlite_template.read_bytes())
    copy = make_app(f"sqlite:///{tmp_path}/copy.db")
    assert invoke(copy, "seed", "import", tmp_path / "export.ndjson").exit_code == 0
    assert invoke(copy, "seed", "export").stdout == exported


@pytest.mark.usefixtures("loaded")
def test_the_document_of_an_erased_article_is_loaded_again_only_on_purpose(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    assert erase(app).exit_code == 0
    document = tmp_path / "documents" / "barge.txt"
    refused = invoke(app, "seed", "load", document)
    assert message_lines(refused) == [
        f"{document}: rejected: its article was erased; use --admit-erased to load it again"
    ]
    assert refused.exit_code == 1
    assert invoke(app, "seed", "load", "--admit-erased", document).stdout.startswith("1 created")
    article = get(client, f"/v1/articles/{IDENTITY}")
    assert (article["slug"], article["revision"]) == ("quillon-barge-is-lifted", 3)
    revisions = get(client, f"/v1/articles/{IDENTITY}/revisions?total=true")
    assert [each["revision"] for each in revisions["data"]] == [3]
    assert revisions["meta"]["total"] == 1
    assert get(client, f"/v1/articles/{IDENTITY}/revisions/3")["title"] == SECOND.title
    for erased in ("revisions/1", "revisions/2/source"):
        problem = assert_problem(client.get(f"/v1/articles/{IDENTITY}/{erased}"), 404)
        assert problem["type"] == "/problems/revision-not-found"
    # After a removal without --erase, the document can be loaded without the option.
    assert invoke(app, "seed", "remove", IDENTITY).exit_code == 0
    assert invoke(app, "seed", "load", document).stdout.startswith("1 created")


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(("answer", "status"), [("n\n", 0), ("", 1)], ids=["no", "none"])
def test_an_article_is_not_erased_unless_the_question_is_answered_with_yes(
    app: Flask, answer: str, status: int
) -> None:
    before = rows(app)
    arguments = ["seed", "remove", str(IDENTITY), "--erase"]
    result = app.test_cli_runner().invoke(args=arguments, input=answer)
    assert f"Erase article {IDENTITY}" in result.stderr
    assert result.exit_code == status
    assert rows(app) == before
    assert app.test_cli_runner().invoke(args=arguments, input="y\n").exit_code == 0
    assert rows(app) != before


@pytest.mark.usefixtures("loaded")
def test_an_article_that_was_erased_can_be_erased_again_to_finish_an_interrupted_command(app: Flask) -> None:
    assert erase(app).exit_code == 0
    before = rows(app)
    result = erase(app, f"erased-{IDENTITY.hex}")
    assert (result.stdout, result.exit_code) == (f"{IDENTITY} was already erased\n", 0)
    assert rows(app) == before
    assert "Error: there is no article with the id or slug nothing" in erase(app, "nothing").stderr


def test_the_option_yes_requires_the_option_erase(app: Flask) -> None:
    result = invoke(app, "seed", "remove", "a", "--yes")
    assert "--yes requires --erase" in result.stderr
    assert result.exit_code == 2
