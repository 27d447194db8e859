"""Tests of the stories of articles that are loaded, corrected, removed and relinked."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from seeds.identifiers import article_id, story_id
from tests.seeds.documents import Page, clear, seed_pages, submit
from tests.seeds.random_histories import random_steps, relink_pages, remove_page
from tests.seeds.stored_rows import Rows, rows
from tests.support.properties import random_seeds

FLOOD = (
    "The river Orle broke its dam at Halvik on Monday, and the Inland Waters Board closed the Halvik lock."
)
FLOOD_PAGE = Page(
    title="Flood at Halvik", takeaways=(FLOOD,), body=(FLOOD, "Halvik was under water by noon.")
)
OTHER_PAGE = Page(
    title="A choir sings",
    summary=None,
    takeaways=(),
    analysis=(),
    body=("Forty singers rehearsed a cantata in the old barn.",),
)


def dated(day: int) -> str:
    return f"published_at: 2026-04-{day:02}T12:00:00Z"


def story_rows(found: Rows) -> dict[UUID, dict[str, Any]]:
    """Return the row of each story, by the id of its founder (the first article of the story).

    `found` is a dict from the name of a table to its rows.
    """
    return {row["founder"]: row for row in found["stories"]}


def founder_of(app: Flask, key: str) -> UUID:
    """Return the id of the founder (the first article) of a story.

    `key` is the key of a document whose article is in this story.
    """
    (founder,) = [row["story"] for row in rows(app)["articles"] if row["key"] == key]
    assert isinstance(founder, UUID)
    return founder


def assert_consistent(found: Rows) -> None:
    """Assert that the rows of stories match the rows of articles.

    Each story must have the correct id, number of articles and last date. The id of a former story must not
    be the id of a present story.
    """
    members: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for article in found["articles"]:
        members[article["story"]].append(article)
    stories = story_rows(found)
    keys = {article["id"]: article["key"] for article in found["articles"]}
    assert stories.keys() == members.keys()
    for founder, story in stories.items():
        assert founder in {article["id"] for article in members[founder]}
        assert story["id"] == story_id(keys[founder])
        assert story["article_count"] == len(members[founder])
        assert story["last_published_key"] == max(article["published_key"] for article in members[founder])
    lists = {row["article"]: row["story"] for row in found["facet_lists"]}
    assert lists == {article["id"]: article["story"] for article in found["articles"]}
    present = {story["id"] for story in stories.values()}
    for former in found["former_stories"]:
        assert former["id"] not in present
        # If the article is not stored, all articles of the story were removed.
        assert former["article_id"] in keys or former["article_id"] not in {
            each["id"] for each in found["articles"]
        }


def without_history(found: Rows) -> list[tuple[Any, ...]]:
    """Return the values of each story that do not depend on the order of loading, sorted by id.

    These are the id, the number of articles, the publications, the takeaways and the entities.
    """
    return sorted(
        (str(row["id"]), row["article_count"], row["publications"], row["takeaways"], row["entities"])
        for row in found["stories"]
    )


@random_seeds(1, first=21)
def test_after_each_step_every_article_is_in_one_story_and_former_ids_lead_on(app: Flask, seed: int) -> None:
    known: set[UUID] = set()
    for _ in random_steps(app, seed, steps=16):
        found = rows(app)
        assert_consistent(found)
        present = {row["id"] for row in found["stories"]}
        assert known <= present | {row["id"] for row in found["former_stories"]}
        known |= present


def test_after_relink_stories_do_not_depend_on_the_order_of_loading(app: Flask) -> None:
    pages = [
        submit("a", FLOOD_PAGE, dated(3)),
        submit("b", FLOOD_PAGE, dated(1)),
        submit("c", FLOOD_PAGE, dated(28)),
        submit("d", OTHER_PAGE, dated(2)),
        submit("e", FLOOD_PAGE, ""),
    ]
    results = []
    for several in (pages, pages[::-1], [*pages[2:], *pages[:2]]):
        clear(app)
        seed_pages(app, several)
        relink_pages(app, [])
        found = rows(app)
        assert_consistent(found)
        results.append((without_history(found), {row["key"]: row["story"] for row in found["articles"]}))
    assert results[0] == results[1] == results[2]
    stories = results[0][1]
    assert stories["a"] == stories["b"] == article_id("b")
    assert stories["c"] == article_id("c")
    assert stories["d"] == article_id("d")


def test_the_founder_stays_while_articles_are_loaded_until_relink_chooses_the_earliest(app: Flask) -> None:
    seed_pages(app, [submit("late", FLOOD_PAGE, dated(9))])
    seed_pages(app, [submit("early", FLOOD_PAGE, dated(2))])
    assert founder_of(app, "early") == founder_of(app, "late") == article_id("late")
    relink_pages(app, [])
    assert founder_of(app, "early") == founder_of(app, "late") == article_id("early")
    (former,) = rows(app)["former_stories"]
    assert former["id"] == story_id("late")
    assert former["article_id"] == article_id("late")


def test_a_corrected_article_leaves_the_story_that_it_no_longer_belongs_to(app: Flask) -> None:
    seed_pages(app, [submit("a", FLOOD_PAGE, dated(1)), submit("b", FLOOD_PAGE, dated(2))])
    assert founder_of(app, "b") == article_id("a")
    seed_pages(app, [submit("b", FLOOD_PAGE, dated(3))])
    assert founder_of(app, "b") == article_id("a")
    seed_pages(app, [submit("b", OTHER_PAGE, dated(3))])
    assert founder_of(app, "b") == article_id("b")
    assert_consistent(rows(app))


def test_the_story_of_a_removed_founder_gets_a_new_founder_and_its_id_leads_there(app: Flask) -> None:
    seed_pages(app, [submit(key, FLOOD_PAGE, dated(day)) for key, day in (("a", 1), ("b", 2), ("c", 3))])
    remove_page(app, "a")
    assert founder_of(app, "c") == article_id("b")
    (former,) = rows(app)["former_stories"]
    assert (former["id"], former["article_id"]) == (story_id("a"), article_id("b"))
    remove_page(app, "b")
    led = {row["id"]: row["article_id"] for row in rows(app)["former_stories"]}
    assert led == {story_id("a"): article_id("c"), story_id("b"): article_id("c")}
    remove_page(app, "c")
    assert rows(app)["stories"] == []
    assert len(rows(app)["former_stories"]) == 3


def test_the_id_of_a_former_story_leads_to_its_founder_after_the_founder_is_loaded_again(app: Flask) -> None:
    flood = [submit(key, FLOOD_PAGE, dated(day)) for key, day in (("a", 1), ("b", 2), ("c", 3))]
    seed_pages(app, [*flood, submit("z", OTHER_PAGE, dated(4))])
    remove_page(app, "a")
    seed_pages(app, [submit("a", OTHER_PAGE, dated(1))])
    assert founder_of(app, "a") == article_id("z")
    (former,) = rows(app)["former_stories"]
    assert (former["id"], former["article_id"]) == (story_id("a"), article_id("a"))


def test_a_story_can_have_more_articles_than_a_statement_has_parameters(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seeds.bulk_statements.MAX_PARAMETERS", 2)
    for keys in ("edcb", "a"):
        seed_pages(app, [submit(key, FLOOD_PAGE, dated(ord(key) - 96)) for key in keys])
    assert story_rows(rows(app))[article_id("e")]["article_count"] == 5
    relink_pages(app, [])
    assert story_rows(rows(app))[article_id("a")]["article_count"] == 5
    remove_page(app, "a")
    assert story_rows(rows(app))[article_id("b")]["article_count"] == 4
    assert_consistent(rows(app))


def test_key_points_leave_out_repetitions_and_begin_with_the_most_repeated(app: Flask) -> None:
    repeated = "The Inland Waters Board closed the Halvik lock after the river Orle broke its dam."
    reworded = "After the river Orle broke its dam, the Inland Waters Board closed the Halvik lock."
    single = "Repairs will cost 40 million crowns and take until May."
    first = Page(title="Flood at Halvik", takeaways=(repeated,), body=(FLOOD, "Halvik was under water."))
    second = Page(title="Halvik flooded", takeaways=(single, reworded), body=(FLOOD, "Halvik was flooded."))
    seed_pages(app, [submit("a", first, dated(1)), submit("b", second, dated(2))])
    (story,) = rows(app)["stories"]
    assert story["takeaways"] == [(article_id("b"), 2), (article_id("b"), 1)]
