"""Tests of `flask seed remove`: the article is deleted, and returns with its history if loaded again."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from seeds.extraction.catalogue import read_catalogue
from seeds.identifiers import article_id
from seeds.parsing.document import Rejection
from tests.seeds.documents import Page, comparison_app, seed_pages, submit
from tests.seeds.stored_rows import (
    Rows,
    article_row,
    corpus_revision,
    recount_entities,
    rows,
    without_volatile_columns,
)

BOARD = Page(
    title="The Inland Waters Board Closes a Weir",
    body=(
        "Inspectors of the Inland Waters Board said on Monday that the weir would close.",
        "China sent two.",
    ),
)
OTHER = Page(title="Sirens Tested at Noon", related=((BOARD.title, None),))
HISTORY = ("changes", "corpus", "revisions", "article_slugs")


def remove(app: Flask, reference_: object) -> Result:
    """Run `flask seed remove` for an article, given by its id or slug, and return the result."""
    return app.test_cli_runner().invoke(args=["seed", "remove", str(reference_)])


def without_history(found: Rows) -> Rows:
    """Return `found`, the rows of all tables, without the tables that record the history of articles.

    Columns that differ between two loads, such as times, are left out too.
    """
    return {name: several for name, several in without_volatile_columns(found).items() if name not in HISTORY}


def test_an_article_is_removed_with_all_its_rows(app: Flask, sqlite_template: Path, tmp_path: Path) -> None:
    seed_pages(app, [submit("other", OTHER), submit("board", BOARD)], read_catalogue())
    slug = article_row(app, "board")["slug"]
    result = remove(app, slug)
    assert (result.stdout, result.stderr, result.exit_code) == (
        f"removed {slug} (revision 1)\n",
        "",
        0,
    )
    found = rows(app)
    assert found["entities"] == recount_entities(found)
    with comparison_app(sqlite_template, tmp_path) as never:
        seed_pages(never, [submit("other", OTHER)], read_catalogue())
        assert without_history(found) == without_history(rows(never))


def test_an_article_is_found_by_its_id_and_by_every_slug_that_it_had(app: Flask) -> None:
    for reference_ in (article_id("board"), "weir", "board"):
        seed_pages(app, [submit("board", BOARD, f"slug: {slug}") for slug in ("weir", "board")])
        assert remove(app, reference_).exit_code == 0
        assert rows(app)["articles"] == []


@pytest.mark.parametrize("reference_", ["nothing", article_id("nothing"), "No Slug", "a\u202eb"])
def test_an_unknown_article_cannot_be_removed(app: Flask, reference_: object) -> None:
    seed_pages(app, [submit("board", BOARD, "slug: board")])
    before = rows(app)
    result = remove(app, reference_)
    shown = str(reference_).replace("\u202e", "\\u202e")
    assert result.stderr == f"Error: there is no article with the id or slug {shown}\n"
    assert (result.stdout, result.exit_code) == ("", 1)
    assert rows(app) == before


@pytest.mark.parametrize("reference_", ["board", article_id("board")])
def test_an_article_that_was_removed_before_can_only_be_erased(app: Flask, reference_: object) -> None:
    seed_pages(app, [submit("board", BOARD, "slug: board")])
    assert remove(app, "board").exit_code == 0
    before = rows(app)
    result = remove(app, reference_)
    expected = f"Error: the article {reference_} was already removed; add --erase to erase it\n"
    assert (result.stdout, result.stderr, result.exit_code) == ("", expected, 1)
    assert rows(app) == before
    invoke = app.test_cli_runner().invoke
    assert invoke(args=["seed", "remove", "--erase", "--yes", str(reference_)]).exit_code == 0
    erased = remove(app, article_id("board"))
    assert erased.stderr == f"Error: the article {article_id('board')} was already erased\n"


def test_a_removal_is_one_change_and_the_last_change_of_its_article(app: Flask) -> None:
    seed_pages(app, [submit("board", BOARD)])
    remove(app, article_id("board"))
    assert corpus_revision(app) == 2
    created, removed = rows(app)["changes"]
    same = ("article_id", "slug", "title", "revision", "fields")
    assert [created[name] for name in same] == [removed[name] for name in same]
    assert (created["kind"], removed["kind"], removed["sequence"]) == ("created", "removed", 2)


def test_an_article_that_returns_has_its_id_slug_and_created_at_and_the_next_revision(app: Flask) -> None:
    later = replace(BOARD, title="A Weir Is Closed")
    seed_pages(app, [submit("board", BOARD), submit("board", later)])
    first = article_row(app, "board")
    remove(app, first["slug"])
    assert seed_pages(app, [submit("board", later)]) == ["created"]
    back = article_row(app, "board")
    same = ("id", "slug", "title", "created_at", "content_digest")
    assert [back[name] for name in same] == [first[name] for name in same]
    assert back["revision"] == 3
    found = rows(app)
    assert [row["kind"] for row in found["changes"]] == ["created", "updated", "removed", "created"]
    assert [row["revision"] for row in found["changes"]] == [1, 2, 2, 3]
    assert [row["revision"] for row in found["revisions"]] == [1, 2]


def test_a_removed_article_keeps_its_slugs(app: Flask) -> None:
    seed_pages(app, [submit("board", BOARD)])
    slug = article_row(app, "board")["slug"]
    remove(app, slug)
    seed_pages(app, [submit("another", BOARD)])
    assert article_row(app, "another")["slug"] != slug
    with pytest.raises(Rejection, match="belongs to an article that was removed; choose another slug"):
        seed_pages(app, [submit("third", OTHER, f"slug: {slug}")])
    seed_pages(app, [submit("board", BOARD)])
    assert article_row(app, "board")["slug"] == slug


def test_a_listed_title_links_to_the_remaining_article_with_the_title_if_any(app: Flask) -> None:
    def target() -> object:
        (link,) = [row for row in rows(app)["related_links"] if row["basis"] == "listed"]
        return link["target"]

    seed_pages(app, [submit("other", OTHER), submit("one", BOARD)])
    assert target() == article_id("one")
    seed_pages(app, [submit("two", BOARD)])
    assert target() is None
    remove(app, article_id("one"))
    assert target() == article_id("two")
    remove(app, article_id("two"))
    assert target() is None
