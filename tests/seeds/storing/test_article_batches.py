"""Tests of loading a document: its article is created, updated or unchanged, and stored rows match it."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from api.database.base import db
from api.models import Article, Change, facet_number
from api.v1.article_content import unpack_content
from seeds.extraction.catalogue import EntityRecord
from seeds.identifiers import article_id, entity_id
from seeds.parsing.files import DOCUMENTS_FOLDER, SubmittedDocument
from tests.seeds.documents import (
    Page,
    clear,
    comparison_app,
    last_line,
    rederive_pages,
    seed,
    seed_pages,
    submit,
)
from tests.seeds.stored_rows import (
    Row,
    Rows,
    article_row,
    corpus_revision,
    recount_entities,
    rows,
    without_volatile_columns,
)
from tests.support.properties import database_property

SEA = EntityRecord("Sea", "place", "sea", ("North Sea",))
BOARD = EntityRecord("Sea Board", "organization", "sea-board", description="Keeps the gauges.")
PLAN = EntityRecord("AI+", "policy", "ai-plus", same_as=("https://example.org/ai",))
CATALOGUE = (SEA, BOARD, PLAN)
LONG_AGO = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
PAGE = Page(related=(("Sirens Tested", "Apr 21, 2026"), ("A Wall Is Raised", None)))
# Versions of one page. Each differs from the previous version in one part.
LIFE = [
    submit("page", PAGE),
    submit("page", replace(PAGE, title="Towns Share Their Gauges")),
    submit("page", replace(PAGE, title="Towns Share Their Gauges", summary="Nine towns, one warning.")),
    submit("page", replace(PAGE, caption=None)),
    submit("page", replace(PAGE, takeaways=("The Sea Board reads all gauges.", *PAGE.takeaways))),
    submit("page", replace(PAGE, takeaways=())),
    submit("page", replace(PAGE, heading="What Comes Next")),
    submit("page", replace(PAGE, analysis=())),
    submit("page", replace(PAGE, signature=("The Tide Table",))),
    submit("page", replace(PAGE, body=(*PAGE.body, "The Sea rose again in the night, and AI+ was no help."))),
    submit("page", replace(PAGE, related=(("Sirens Tested", None),))),
    submit("page", PAGE, "published_at: 2026-04-21T12:00:00Z"),
    submit("page", PAGE, "published_at: 2026-04-21T12:00:00.25Z"),
    submit("page", PAGE, "language: de"),
    submit("page", PAGE, "image_url: https://example.org/gauge.jpg"),
    submit("page", PAGE, "slug: tide-gauges"),
    submit("page", f"{PAGE.text}\n".encode()),
]


def random_word(length: int) -> str:
    """Return a word of random letters, which compression cannot shorten."""
    return "".join(hashlib.sha256(bytes([at])).hexdigest() for at in range(length // 64 + 1))[:length]


def backdate(app: Flask) -> None:
    """Set all timestamps of articles to a time long ago.

    A test can then see which timestamps a load changes.
    """
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(Article).values(created_at=LONG_AGO, updated_at=LONG_AGO))
        connection.execute(update(Change).values(changed_at=LONG_AGO))


def without_history(found: Rows) -> Rows:
    """Return `found`, the rows of all tables, without data that depends on earlier versions of articles."""
    memory = {"revision", "slug", "content_digest", "story"}
    tables = ("article_slugs", "changes", "corpus", "revisions", "stories", "former_stories")
    forgotten: Rows = {table: [] for table in tables}
    kept = without_volatile_columns(found)
    articles = [
        {name: value for name, value in row.items() if name not in memory} for row in kept["articles"]
    ]
    documents = [
        row | {"content": unpack_content(row["content"], row["document"]) | {"slug": None}}
        for row in kept["documents"]
    ]
    return kept | {"articles": articles, "documents": documents} | forgotten


def rows_of_article(found: Rows, key: str) -> Rows:
    """Return the rows in `found` that belong to the article with `key`, without the targets of links."""
    own = {
        name: found[name]
        for name in ("articles", "article_entities", "article_slugs", "documents", "takeaways")
    }
    mine = article_id(key)
    return {
        name: [row for row in several if mine in (row.get("article"), row.get("article_id"), row.get("id"))]
        for name, several in own.items()
    }


def entities_by_slug(found: Rows) -> dict[str, Row]:
    """Return the row of each entity, by slug. `found` is a dict from the name of a table to its rows."""
    return {str(row["slug"]): row for row in found["entities"]}


def test_a_new_document_is_created(app: Flask) -> None:
    assert seed_pages(app, LIFE[:1], CATALOGUE) == ["created"]
    found = rows(app)
    (row,) = found["articles"]
    assert (row["id"], row["key"], row["title"], row["revision"]) == (
        article_id("page"),
        "page",
        PAGE.title,
        1,
    )
    assert row["created_at"] == row["updated_at"]
    assert row["created_at"].microsecond == 0
    assert [one["text"] for one in sorted(found["takeaways"], key=lambda one: int(one["position"]))] == list(
        PAGE.takeaways
    )
    assert sorted(one["title"] for one in found["related_links"]) == ["A Wall Is Raised", "Sirens Tested"]
    assert corpus_revision(app) == 1


def test_created_at_and_updated_at_are_the_time_of_seeding(app: Flask) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    seed_pages(app, LIFE[:1])
    assert before <= article_row(app, "page")["created_at"] <= datetime.now(UTC)


def test_a_second_load_changes_no_row(app: Flask) -> None:
    assert (
        seed_pages(app, [LIFE[0], submit("other", Page(title="Sirens Tested"))], CATALOGUE) == ["created"] * 2
    )
    backdate(app)
    before = rows(app)
    assert (
        seed_pages(app, [submit("other", Page(title="Sirens Tested")), LIFE[0]], CATALOGUE)
        == ["unchanged"] * 2
    )
    assert rows(app) == before


def test_every_change_is_one_revision_of_article_and_corpus(app: Flask) -> None:
    for number, version in enumerate(LIFE, 1):
        assert seed_pages(app, [version, version], CATALOGUE)[1] == "unchanged"
        assert article_row(app, "page")["revision"] == corpus_revision(app) == number, number
        assert rows(app)["entities"] == recount_entities(rows(app))


def test_a_changed_document_is_updated_and_keeps_created_at(app: Flask) -> None:
    seed_pages(app, LIFE[:1])
    backdate(app)
    before = datetime.now(UTC).replace(microsecond=0)
    assert seed_pages(app, LIFE[1:2]) == ["updated"]
    row = article_row(app, "page")
    assert (row["revision"], row["created_at"]) == (2, LONG_AGO)
    assert before <= row["updated_at"] <= datetime.now(UTC)


def test_a_change_does_not_change_other_articles(app: Flask) -> None:
    other = submit("other", Page(title="The Sea Board", related=((PAGE.title, None),)))
    seed_pages(app, [other, LIFE[0]], CATALOGUE)
    backdate(app)
    before = rows_of_article(rows(app), "other")
    assert all(before.values())
    seed_pages(app, LIFE[1:], CATALOGUE)
    assert rows_of_article(rows(app), "other") == before


def test_an_article_that_changes_back_has_its_old_content_and_a_new_revision(app: Flask) -> None:
    seed_pages(app, LIFE[:1], CATALOGUE)
    first = rows(app)
    assert seed_pages(app, [LIFE[9], LIFE[0]], CATALOGUE) == ["updated", "updated"]
    assert article_row(app, "page")["revision"] == 3
    assert without_history(rows(app)) == without_history(first)
    assert article_row(app, "page")["content_digest"] == first["articles"][0]["content_digest"]


@pytest.mark.parametrize(
    "data",
    [
        PAGE.text.encode(),
        PAGE.text.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + PAGE.text.encode(),
        PAGE.text.replace("Nine", "Ni\x07ne").replace("'", "’").encode() + b"\n\n \t\n",
        "海".join(PAGE.text.split("e")).encode(),
    ],
    ids=["as it is", "CRLF", "byte-order mark", "control character", "CJK"],
)
def test_the_bytes_of_the_document_are_stored_unchanged(app: Flask, data: bytes) -> None:
    seed_pages(app, [LIFE[0], submit("page", data)])
    (row,) = rows(app)["documents"]
    assert (row["article"], row["document"], row["folder"]) == (article_id("page"), data, "/pages")
    assert unpack_content(row["content"], data)["source"]["bytes"] == len(data)


def test_entities_have_the_columns_of_the_catalogue_and_the_counts_of_all_articles(app: Flask) -> None:
    seed_pages(
        app,
        [
            submit(
                "a",
                Page(title="Sea Board at Sea", body=("The Sea Board and the North Sea.", "Nothing more.")),
            ),
            submit("b", Page(title="AI+ at the Sea Board")),
        ],
        CATALOGUE,
    )
    found = entities_by_slug(rows(app))
    assert {slug: (row["article_count"], row["mention_count"]) for slug, row in found.items()} == {
        "sea": (1, 2),
        "sea-board": (2, 3),
        "ai-plus": (1, 1),
    }
    assert found["sea-board"] == {
        "number": found["sea-board"]["number"],
        "id": entity_id("sea-board"),
        "slug": "sea-board",
        "name": "Sea Board",
        "type": "organization",
        "aliases": [],
        "description": "Keeps the gauges.",
        "same_as": [],
        "origin": "catalogue",
        "article_count": 2,
        "mention_count": 3,
    }


def test_an_entity_that_is_no_longer_mentioned_is_deleted(app: Flask) -> None:
    seed_pages(
        app, [submit("a", Page(title="The Sea")), submit("b", Page(title="The Sea and AI+"))], CATALOGUE
    )
    seed_pages(app, [submit("b", Page(title="A Quay"))], CATALOGUE)
    assert set(entities_by_slug(rows(app))) == {"sea"}
    seed_pages(app, [submit("a", Page(title="A Pier"))], CATALOGUE)
    assert (rows(app)["entities"], rows(app)["article_entities"], rows(app)["takeaway_entities"]) == (
        [],
        [],
        [],
    )


def test_a_takeaway_has_the_entities_that_it_mentions(app: Flask) -> None:
    page = Page(
        title="The Sea", takeaways=("The Sea Board and AI+ met.", "Nothing here.", "AI+ and AI+ again.")
    )
    seed_pages(app, [submit("a", page)], CATALOGUE)
    found = rows(app)
    assert {(int(row["takeaway"][-1]), row["entity"]) for row in found["takeaway_entities"]} == {
        (1, entity_id("sea-board")),
        (1, entity_id("ai-plus")),
        (3, entity_id("ai-plus")),
    }


# --- Changes of the catalogue ---


def test_a_changed_description_is_stored_without_a_new_revision_of_any_article(app: Flask) -> None:
    pages = [submit("a", Page(title="Sea Board at Sea")), submit("b", Page(title="AI+"))]
    seed_pages(app, pages, CATALOGUE)
    backdate(app)
    before = rows(app)
    described = BOARD._replace(
        description="Reads the gauges.", same_as=("https://example.org/board",), type="place"
    )
    assert seed_pages(app, pages, [SEA, described, PLAN]) == ["unchanged", "unchanged"]
    after = rows(app)
    taken_over = {
        "description": "Reads the gauges.",
        "same_as": ["https://example.org/board"],
        "type": "place",
    }
    assert entities_by_slug(after) == entities_by_slug(before) | {
        "sea-board": entities_by_slug(before)["sea-board"] | taken_over
    }
    assert corpus_revision(app) == 3
    # The facet for the type is the only other change.
    untouched = set(before) - {"entities", "corpus", "article_facets", "facet_lists", "facet_counts"}
    organizations = facet_number("entity_type", "organization")
    kept = [row for row in before["article_facets"] if row["facet"] != organizations]
    assert after["article_facets"] == kept != before["article_facets"]
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}


def test_an_unchanged_document_stays_unchanged_if_the_catalogue_changes(app: Flask) -> None:
    page = submit("a", Page(title="The Sea Board"))
    seed_pages(app, [page])
    before = rows(app)
    assert seed_pages(app, [page], CATALOGUE) == ["unchanged"]
    assert rows(app) == before


def test_a_new_name_changes_only_the_articles_that_mention_it(app: Flask) -> None:
    pages = [submit("a", Page(title="The Gauge Board")), submit("b", Page(title="The Sea Board"))]
    seed_pages(app, pages, CATALOGUE)
    renamed = BOARD._replace(name="Gauge Board", aliases=("Sea Board",))
    assert rederive_pages(app, pages, [SEA, renamed, PLAN]) == [True, False]
    assert [article_row(app, key)["revision"] for key in "ab"] == [1, 1]
    found = entities_by_slug(rows(app))["sea-board"]
    assert (found["name"], found["aliases"], found["article_count"]) == ("Gauge Board", ["Sea Board"], 2)


def test_a_name_removed_from_the_catalogue_is_removed_from_the_articles(app: Flask) -> None:
    # The name is in lower case, so that extraction does not find it in the text.
    keel = EntityRecord("keel", "product", "keel")
    pages = [submit("a", Page(title="A keel at Sea")), submit("b", Page(title="The Sea"))]
    seed_pages(app, pages, [SEA, keel])
    assert rederive_pages(app, pages, [SEA]) == [True, False]
    assert set(entities_by_slug(rows(app))) == {"sea"}
    assert rederive_pages(app, pages, []) == [True, True]
    assert rows(app)["entities"] == []


def test_an_unchanged_catalogue_changes_no_row(app: Flask) -> None:
    seed_pages(app, [submit("a", Page(title="AI+ at the Sea Board"))], CATALOGUE)
    before = rows(app)
    assert seed_pages(app, [], CATALOGUE) == []
    assert rows(app) == before


# --- Any documents in any order ---


NAMES = st.sampled_from(["Sea", "North Sea", "Sea Board", "AI+", "quay", "pier"])
SENTENCES = st.lists(NAMES, min_size=1, max_size=4).map(lambda names: f"The {' and the '.join(names)} came.")
TITLES = st.sampled_from(["The Sea", "The Sea Board", "AI+ and More", "A Quay"])
VERSIONS = st.builds(
    submit,
    st.sampled_from("abc"),
    st.builds(
        Page,
        title=TITLES,
        takeaways=st.lists(SENTENCES, max_size=3).map(tuple),
        body=st.lists(SENTENCES, min_size=1, max_size=2).map(tuple),
        related=st.lists(TITLES.map(lambda title: (title, None)), max_size=2).map(tuple),
    ),
    st.sampled_from(["", "published_at: 2026-04-21T12:00:00Z", "language: de"]),
)


@database_property(6)
@given(history=st.lists(VERSIONS, min_size=1, max_size=10))
def test_counts_and_rows_depend_only_on_the_last_version_of_each_document(
    app: Flask, history: list[SubmittedDocument]
) -> None:
    clear(app)
    outcomes = seed_pages(app, history, CATALOGUE)
    after_all = rows(app)
    assert after_all["entities"] == recount_entities(after_all)
    counted = {
        row["article"]: [len(each) for each in row["mentions"]] for row in after_all["article_mentions"]
    }
    for article, counts in counted.items():
        of_article = [row for row in after_all["article_entities"] if row["article"] == article]
        assert [
            row["mention_count"] for row in sorted(of_article, key=lambda row: int(row["position"]))
        ] == counts
    assert corpus_revision(app) == len(outcomes) - outcomes.count("unchanged")
    clear(app)
    seed_pages(app, {one.key: one for one in history}.values(), CATALOGUE)
    assert without_history(rows(app)) == without_history(after_all)


# These characters and lengths could be accepted by only one of the engines.
EXTREMES = [
    submit("early", Page(title="Early"), "published_at: 0002-01-01T00:00:00Z"),
    submit("late", Page(title="Late"), "published_at: 9998-12-31T23:59:59.999999Z"),
    submit("url", Page(title="Addressed"), f"url: https://example.org/{random_word(1980)}"),
    submit("slug", Page(title="Called"), f"slug: {random_word(120)}"),
    submit("title", Page(title="".join(chr(0x20000 + 7 * at) for at in range(300)))),
    submit(
        "text",
        Page(
            title="北海 🌊 a\u0301 \u202eabc\u202c \ufffd\uffff",
            body=("\u2028 x\u00a0y \\ ' \" %s :a {}. " * 9,),
        ),
    ),
]


def test_both_engines_have_equal_rows_after_the_same_loads(
    app: Flask, sqlite_template: Path, tmp_path: Path
) -> None:
    with comparison_app(sqlite_template, tmp_path) as other:
        for one in (app, other):
            assert last_line(seed(one, DOCUMENTS_FOLDER)).endswith("0 removed, 0 rejected")
            assert set(seed_pages(one, [*LIFE, *EXTREMES], CATALOGUE)) == {"created", "updated"}
            assert set(seed_pages(one, EXTREMES, CATALOGUE)) == {"unchanged"}
        assert without_volatile_columns(rows(app)) == without_volatile_columns(rows(other))
