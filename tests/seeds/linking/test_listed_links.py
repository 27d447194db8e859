"""Tests of listed links: to which article, if any, a title in a page's list leads."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from api.models import UNSCORED, link_precedence
from seeds.identifiers import article_id, title_hash
from seeds.linking.listed_links import MAX_ARTICLES_PER_TITLE, TitledArticle, choose_target
from seeds.parsing.date_lines import is_date
from seeds.parsing.files import SubmittedDocument
from tests.seeds.documents import Page, clear, seed_pages, submit
from tests.seeds.stored_rows import Row, corpus_revision, rows, without_volatile_columns
from tests.support.properties import database_property

BY_ID = {article_id(key): key for key in ("a", "b", "c", "d", "old", "new")}
SEEN = datetime(2026, 4, 21, 12, tzinfo=UTC)
OLD, NEW = 1, 2


def page(name: str, title: str, *related: str | tuple[str, str], day: str = "") -> SubmittedDocument:
    """Return a document that lists the titles `related`, each alone or as a pair of title and date line.

    The document was published on `day`, such as `2026-04-21`, or has no date.
    """
    listed = tuple((one, None) if isinstance(one, str) else one for one in related)
    return submit(name, Page(title=title, related=listed), f"published_at: {day}T12:00:00Z" if day else "")


def links(app: Flask) -> dict[tuple[str, int], str | None]:
    """Return the key of the article that each listed link leads to, or None if there is no such article.

    A link is identified by the key of the article with the list, and the position in the list, from 1. Links
    that were computed from texts are left out.
    """
    return {
        (BY_ID[row["article"]], link_precedence(0) - row["precedence"]): row["target"]
        and BY_ID[row["target"]]
        for row in listed_rows(app)
    }


def listed_rows(app: Flask) -> list[Row]:
    """Return the rows of links that come from the list of related articles of a page."""
    return [row for row in rows(app)["related_links"] if row["basis"] == "listed"]


def scores(app: Flask) -> dict[tuple[str, str], float]:
    """Return the score of each link that has a score. A key consists of the keys of the two articles."""
    scored = [row for row in rows(app)["related_links"] if row["score_key"] != UNSCORED]
    found = {(BY_ID[row["article"]], BY_ID[row["target"]]): row["score_key"] for row in scored}
    assert len(found) == len(scored), "one edge at most from one article to another"
    return found


def test_a_title_without_an_article_has_no_target(app: Flask) -> None:
    seed_pages(app, [page("a", "Alpha", "Beta")])
    (link,) = rows(app)["related_links"]
    assert (link["title"], link["printed_date"], link["target"], link["basis"]) == (
        "Beta",
        None,
        None,
        "listed",
    )
    assert (link["score_key"], link["reasons"]) == (UNSCORED, [])


def test_a_title_resolves_when_its_article_was_seeded_before(app: Flask) -> None:
    seed_pages(app, [page("b", "Beta"), page("a", "Alpha", "Beta")])
    assert links(app) == {("a", 1): "b"}


def test_a_title_resolves_when_its_article_is_seeded_after(app: Flask) -> None:
    seed_pages(app, [page("a", "Alpha", "Beta"), page("b", "Beta")])
    assert links(app) == {("a", 1): "b"}


def test_a_title_resolves_in_a_different_spelling(app: Flask) -> None:
    seed_pages(app, [page("a", "Alpha", "The mayor's  “plan”"), page("b", 'The Mayor’s "Plan"')])
    assert links(app) == {("a", 1): "b"}
    assert [row["title"] for row in listed_rows(app)] == ["The mayor's “plan”"]


def test_a_link_follows_its_target_to_a_new_title_and_back(app: Flask) -> None:
    seed_pages(app, [page("a", "Alpha", "Beta"), page("b", "Beta")])
    first = without_volatile_columns(rows(app))["related_links"]
    seed_pages(app, [page("b", "Gamma")])
    assert links(app) == {("a", 1): None}
    seed_pages(app, [page("b", "Beta")])
    assert without_volatile_columns(rows(app))["related_links"] == first


def test_a_link_moves_when_its_target_and_another_article_change_titles(app: Flask) -> None:
    seed_pages(app, [page("a", "Alpha", "Beta", "Gamma"), page("b", "Beta"), page("c", "Gamma")])
    assert links(app) == {("a", 1): "b", ("a", 2): "c"}
    seed_pages(app, [page("b", "Gamma"), page("c", "Beta")])
    assert links(app) == {("a", 1): "c", ("a", 2): "b"}


def test_the_links_of_an_article_follow_the_new_order_of_its_list(app: Flask) -> None:
    seed_pages(app, [page("b", "Beta"), page("c", "Gamma"), page("a", "Alpha", "Beta", "Gamma")])
    seed_pages(app, [page("a", "Alpha", "Gamma", "Beta")])
    assert links(app) == {("a", 1): "c", ("a", 2): "b"}


def test_a_title_that_is_no_longer_listed_leaves_no_link(app: Flask) -> None:
    seed_pages(app, [page("b", "Beta"), page("a", "Alpha", "Beta", "Gamma"), page("a", "Alpha", "Gamma")])
    assert links(app) == {("a", 1): None}


def test_a_title_of_two_articles_has_no_target(app: Flask) -> None:
    seed_pages(app, [page("old", "Twin"), page("a", "Alpha", "Twin")])
    assert links(app) == {("a", 1): "old"}
    seed_pages(app, [page("new", "Twin")])
    assert links(app) == {("a", 1): None}
    seed_pages(app, [page("new", "Twin No More")])
    assert links(app) == {("a", 1): "old"}


def test_the_printed_date_decides_between_two_articles(app: Flask) -> None:
    twins = [page("old", "Twin", day="2025-04-21"), page("new", "Twin", day="2026-04-21")]
    seed_pages(app, [*twins, page("a", "Alpha", ("Twin", "Apr 21, 2025")), page("b", "Beta", "Twin")])
    assert links(app) == {("a", 1): "old", ("b", 1): None}


def test_a_corrected_date_of_publication_changes_the_choice(app: Flask) -> None:
    twins = [page("old", "Twin", day="2025-04-21"), page("new", "Twin", day="2026-04-21")]
    seed_pages(app, [*twins, page("a", "Alpha", ("Twin", "Apr 21, 2025"))])
    seed_pages(app, [page("old", "Twin", day="2025-04-22")])
    assert links(app) == {("a", 1): None}
    seed_pages(app, [page("new", "Twin", day="2025-04-21")])
    assert links(app) == {("a", 1): "new"}


def test_an_age_counts_from_the_publication_of_the_page_that_prints_it(app: Flask) -> None:
    twins = [page("old", "Twin", day="2026-03-31"), page("new", "Twin", day="2026-04-21")]
    seed_pages(app, [*twins, page("a", "Alpha", ("Twin", "3 weeks ago"), day="2026-04-22")])
    assert links(app) == {("a", 1): "old"}
    seed_pages(app, [page("a", "Alpha", ("Twin", "3 weeks ago"), day="2026-05-13")])
    assert links(app) == {("a", 1): "new"}
    seed_pages(app, [page("a", "Alpha", ("Twin", "3 weeks ago"))])
    assert links(app) == {("a", 1): None}


def test_two_dates_of_one_title_lead_to_two_articles(app: Flask) -> None:
    twins = [page("old", "Twin", day="2025-04-21"), page("new", "Twin", day="2026-04-21")]
    listed = [("Twin", "Apr 21, 2026"), ("Twin", "Apr 21, 2025")]
    seed_pages(app, [page("a", "Alpha", *listed), *twins])
    assert links(app) == {("a", 1): "new", ("a", 2): "old"}


def test_an_article_never_links_to_itself(app: Flask) -> None:
    seed_pages(app, [page("a", "Alpha", "Alpha")])
    assert links(app) == {("a", 1): None}
    seed_pages(app, [page("b", "Alpha", "Alpha")])
    assert links(app) == {("a", 1): "b", ("b", 1): "a"}


def test_a_title_that_is_listed_twice_makes_one_link(app: Flask) -> None:
    seed_pages(app, [page("a", "Alpha", "Beta", "BETA", "Beta"), page("b", "Beta")])
    assert links(app) == {("a", 1): "b", ("a", 2): None, ("a", 3): None}


def test_resolving_a_link_does_not_make_a_revision(app: Flask) -> None:
    seed_pages(app, [page("a", "Alpha", "Beta")])
    before = rows(app)["articles"]
    seed_pages(app, [page("b", "Beta")])
    assert [row for row in rows(app)["articles"] if row["key"] == "a"] == before
    assert corpus_revision(app) == 2


@pytest.mark.usefixtures("few_parameters")
def test_more_titles_than_a_statement_has_parameters_are_resolved(app: Flask) -> None:
    titles = [f"{number:x}" for number in range(210)]
    seed_pages(app, [page("b", "Beta"), page("a", "Alpha", *titles, "Beta")])
    assert {target for target in links(app).values() if target} == {"b"}


def test_a_link_moves_to_another_title_when_its_article_does(app: Flask) -> None:
    # The hash of the new title comes first.
    new, old = "Xi", "Beta"
    assert title_hash(new) < title_hash(old)
    seed_pages(app, [page("a", "Alpha", new, old), page("b", old)])
    assert links(app) == {("a", 1): None, ("a", 2): "b"}
    seed_pages(app, [page("b", new)])
    assert links(app) == {("a", 1): "b", ("a", 2): None}


def bare_page(number: int) -> Page:
    """Return a page with the title "Beta" and a text of its own, so that it is similar to no other page."""
    body = (f"Gauge{number} was read.",)
    return Page("Beta", summary=None, caption=None, takeaways=(), analysis=(), signature=(), body=body)


def test_a_title_of_more_than_a_hundred_articles_has_no_target(app: Flask) -> None:
    april = "published_at: 2026-04-{:02}T09:00:00Z"
    alike = [submit(f"page-{day}", bare_page(day), april.format(day)) for day in range(1, 29)]
    seed_pages(app, [*alike, submit("a", Page("Alpha", related=(("Beta", "Apr 3, 2026"),)))])
    more = [submit(f"page-{at}", bare_page(at)) for at in range(29, MAX_ARTICLES_PER_TITLE + 1)]
    last = submit("last", bare_page(0))
    gone = submit("last", Page("Delta", related=()))
    for pages, target in (([], "page-3"), (more, "page-3"), ([last], None), ([gone], "page-3")):
        seed_pages(app, pages)
        (link,) = listed_rows(app)
        assert link["target"] == (target and article_id(target))


PAGES = [
    page(
        "a",
        "Alpha",
        "Beta",
        "Gamma",
        "Beta",
        "Alpha",
        ("Twin", "2025-04-21"),
        ("Twin", "a day ago"),
        day="2026-04-22",
    ),
    page("b", "Beta", "Alpha", "Twin", "Nobody"),
    page("c", "Gamma", ("Twin", "Apr 21, 2026"), "Beta"),
    page("old", "Twin", "Twin", "Alpha", day="2025-04-21"),
    page("new", "TWIN", ("Twin", "1 Jan 2020"), day="2026-04-21"),
]
KEYS = [one.key for one in PAGES]
RESOLVED = {
    ("a", 1): "b",
    ("a", 2): "c",
    ("a", 3): None,
    ("a", 4): None,
    ("a", 5): "old",
    ("a", 6): "new",
    ("b", 1): "a",
    ("b", 2): None,
    ("b", 3): None,
    ("c", 1): "new",
    ("c", 2): "b",
    ("old", 1): "new",
    ("old", 2): "a",
    ("new", 1): "old",
}


@database_property(5)
@given(order=st.permutations(PAGES))
def test_the_order_of_seeding_does_not_matter(app: Flask, order: list[SubmittedDocument]) -> None:
    clear(app)
    seed_pages(app, order)
    assert links(app) == RESOLVED
    assert scores(app).keys() == {(one, other) for one in KEYS for other in KEYS if one != other}


TITLES = st.sampled_from(["Alpha", "Beta", "Gamma", "Nobody"])
DATED = st.tuples(TITLES, st.sampled_from(["Apr 21, 2025", "Apr 21, 2026", "1 day ago"]))
VERSIONS = st.builds(
    lambda key, title, listed, day: page(key, title, *listed, day=day),
    st.sampled_from("abcd"),
    TITLES,
    st.lists(st.one_of(TITLES, DATED), max_size=4),
    st.sampled_from(["", "2025-04-21", "2026-04-21", "2026-04-22"]),
)


@database_property(6)
@given(history=st.lists(VERSIONS, min_size=2, max_size=8))
def test_links_depend_only_on_the_last_version_of_each_page(
    app: Flask, history: list[SubmittedDocument]
) -> None:
    clear(app)
    seed_pages(app, history)
    after_all = links(app), scores(app)
    edges = [(row["article"], row["target"]) for row in rows(app)["related_links"] if row["target"]]
    assert len(set(edges)) == len(edges)
    assert all(source != target for source, target in edges)
    clear(app)
    seed_pages(app, {one.key: one for one in history}.values())
    assert (links(app), scores(app)) == after_all
    assert all(after_all[1][other, one] == score for (one, other), score in after_all[1].items())


# --- The choice between two articles ---


def choose(
    printed: str | None, old: datetime | None, new: datetime | None, seen: datetime | None = SEEN
) -> int | None:
    """Return which of two articles a title in a list leads to: `OLD`, `NEW` or None.

    Both articles have this title.

    Args:
        printed: The date line below the title in the list, or None.
        old: When the article `OLD` was published, or None if this is unknown.
        new: When the article `NEW` was published, or None if this is unknown.
        seen: When the page with the list was published, or None if this is unknown.
    """
    return choose_target(
        [TitledArticle(OLD, UUID(int=OLD), 0, old), TitledArticle(NEW, UUID(int=NEW), 0, new)], printed, seen
    )


def test_a_title_of_only_one_article_needs_no_date() -> None:
    only = [TitledArticle(OLD, UUID(int=OLD), 0, None)]
    assert (
        choose_target(only, None, None)
        == choose_target(only, "Apr 21, 2026", None)
        == choose_target(only, "nonsense", SEEN)
        == OLD
    )
    assert choose_target([], "Apr 21, 2026", SEEN) is None


@pytest.mark.parametrize(
    "printed",
    [
        "Apr 21, 2025",
        "April 21, 2025",
        "21 Apr 2025",
        "21 April 2025",
        "2025-04-21",
        "2025年4月21日",
        "apr 21, 2025",
        "Apr. 21, 2025",
        "April 21 2025",
        "April 21st, 2025",
        "21 April, 2025",
        "Monday, April 21, 2025",
        "April 21, 2025, 09:30",
        "Published on April 21, 2025",
        "2025/04/21",
        "2025.04.21",
        "2025-04-21 09:30",
    ],
)
def test_every_form_of_a_printed_date_decides_between_two_articles(printed: str) -> None:
    assert is_date(printed)
    assert choose(printed, SEEN - timedelta(days=365), SEEN) == OLD


@pytest.mark.parametrize(
    ("printed", "age"),
    [
        ("1 hour ago", timedelta(hours=1.5)),
        ("an hour ago", timedelta(hours=1)),
        ("a day ago", timedelta(days=1.9)),
        ("6 days ago", timedelta(days=6)),
        ("1 week ago", timedelta(days=13)),
        ("3 weeks ago", timedelta(weeks=3)),
        ("11 months ago", timedelta(days=340)),
        ("A year ago", timedelta(days=400)),
        ("two weeks ago", timedelta(days=15)),
        ("yesterday", timedelta(days=1)),
        ("Today", timedelta(hours=1)),
        ("2 hrs ago", timedelta(hours=2.5)),
        ("5 minutes ago", timedelta(minutes=5)),
        ("5m ago", timedelta(minutes=5.5)),
        ("30 secs ago", timedelta(seconds=30)),
        ("3 mo ago", timedelta(days=100)),
        ("about 3 weeks ago", timedelta(weeks=2.6)),
        ("over 3 weeks ago", timedelta(weeks=3.5)),
        ("almost 2 years ago", timedelta(days=700)),
        ("less than a minute ago", timedelta(seconds=20)),
        ("a couple of days ago", timedelta(days=2)),
        ("3天前", timedelta(days=3)),
        ("5 分钟前", timedelta(minutes=5)),
        ("3个月前", timedelta(days=100)),
    ],
)
def test_every_form_of_a_printed_age_decides_between_two_articles(printed: str, age: timedelta) -> None:
    assert is_date(printed)
    assert choose(printed, SEEN - age, SEEN - timedelta(days=4000)) == OLD


@pytest.mark.parametrize("printed", ["Yesterday", "yesterday at 10:30", "昨天"])
def test_yesterday_is_the_calendar_day_before_the_page(printed: str) -> None:
    page, last_evening, two_days_ago = (
        datetime(2026, 5, 2, 8, tzinfo=UTC) - timedelta(hours=hours) for hours in (0, 12, 44)
    )
    assert choose(printed, last_evening, two_days_ago, seen=page) == OLD
    assert choose(printed, page - timedelta(hours=7), two_days_ago, seen=page) is None


@pytest.mark.parametrize("printed", ["several weeks ago", "a few days ago", "last week", "just now"])
def test_an_uncertain_age_does_not_decide(printed: str) -> None:
    assert is_date(printed)
    assert choose(printed, SEEN, SEEN - timedelta(days=9)) is None


@pytest.mark.parametrize("days", [20.9, 28])
def test_an_age_in_part_of_a_unit_does_not_match(days: float) -> None:
    assert choose("3 weeks ago", SEEN - timedelta(days=days), SEEN) is None


def test_an_age_on_a_page_without_a_date_does_not_decide() -> None:
    assert choose("3 weeks ago", SEEN - timedelta(weeks=3), SEEN, seen=None) is None


def test_a_date_that_matches_both_or_neither_does_not_decide() -> None:
    morning, evening = SEEN.replace(hour=1), SEEN.replace(hour=23)
    assert choose("Apr 21, 2026", morning, evening) is None
    assert choose("Apr 22, 2026", morning, evening) is None
    assert choose(None, morning, None) is None


def test_an_article_without_a_date_matches_no_printed_date() -> None:
    assert choose("Apr 21, 2026", None, SEEN) == NEW
    assert choose("3 weeks ago", None, SEEN) is None


@pytest.mark.parametrize("printed", ["Feb 30, 2026", "2026-13-01", "Apr 21", "0 days ago", "soon", ""])
def test_an_incomplete_date_does_not_decide(printed: str) -> None:
    assert choose(printed, SEEN - timedelta(days=300), SEEN - timedelta(days=4)) is None
