"""Tests of the division of articles into stories."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.models import UNDATED
from seeds.stories.clustering import LINKS_PER_ARTICLE, MAX_SPAN, Scores, StoryArticle, find_stories

DAY = datetime(2026, 4, 21, tzinfo=UTC)


def articles(published: list[datetime]) -> list[StoryArticle]:
    """Return articles that were published at these times. Their numbers begin at 1."""
    return [
        StoryArticle(number, UUID(int=number), f"key-{number}", each)
        for number, each in enumerate(published, 1)
    ]


def linked(*links: tuple[int, int, float]) -> Scores:
    """Return a dict with the score of each link, in both directions.

    A member of `links` has the internal keys of two articles, and the score of their link.
    """
    scores: dict[int, dict[int, float]] = {}
    for one, other, score in links:
        scores.setdefault(one, {})[other] = scores.setdefault(other, {})[one] = score
    return scores


def stories(members: list[StoryArticle], scores: Scores) -> set[frozenset[int]]:
    """Return the stories into which `members` are divided, each as the set of its articles' numbers."""
    found = find_stories([[each] for each in members], scores)
    return {frozenset(each.number for each in several) for several in found}


@pytest.mark.parametrize(("score", "is_joined"), [(0.2, False), (0.22, True), (0.9, True)])
def test_two_articles_are_joined_if_their_link_is_strong_enough(score: float, is_joined: bool) -> None:
    found = stories(articles([DAY, DAY]), linked((1, 2, score)))
    assert found == ({frozenset({1, 2})} if is_joined else {frozenset({1}), frozenset({2})})


@pytest.mark.parametrize(
    ("published", "is_joined"),
    [
        ([DAY, DAY + MAX_SPAN], True),
        ([DAY, DAY + MAX_SPAN + timedelta(microseconds=1)], False),
        ([DAY, UNDATED], True),
        ([UNDATED, UNDATED], True),
    ],
)
def test_articles_that_are_far_apart_in_time_are_two_stories(
    published: list[datetime], is_joined: bool
) -> None:
    assert len(stories(articles(published), linked((1, 2, 0.9)))) == (1 if is_joined else 2)


def test_a_story_does_not_grow_beyond_its_span_through_articles_in_between() -> None:
    days = [DAY + timedelta(days=15 * step) for step in range(3)]
    found = stories(articles(days), linked((1, 2, 0.9), (2, 3, 0.8), (1, 3, 0.9)))
    assert found == {frozenset({1, 2}), frozenset({3})}


def test_the_same_score_joins_two_articles_only_if_others_are_not_much_more_similar_to_them() -> None:
    close = [(1, 2, 0.8), (1, 3, 0.8), (2, 3, 0.8), (4, 5, 0.8), (4, 6, 0.8), (5, 6, 0.8)]
    between = [(one, other, 0.3) for one in (1, 2, 3) for other in (4, 5, 6)]
    found = stories(articles([DAY] * 6), linked(*close, *between))
    assert found == {frozenset({1, 2, 3}), frozenset({4, 5, 6})}
    assert stories(articles([DAY] * 2), linked((1, 2, 0.3))) == {frozenset({1, 2})}


def test_an_article_joins_a_large_story_although_it_has_links_to_few_of_its_articles() -> None:
    size = 40
    links = [(one, other, 0.9) for one, other in combinations(range(1, size + 1), 2)]
    own = [(size + 1, other, 0.9) for other in range(1, LINKS_PER_ARTICLE + 1)]
    assert len(stories(articles([DAY] * (size + 1)), linked(*links, *own))) == 1


@given(
    links=st.lists(
        st.tuples(
            st.integers(1, 9), st.integers(1, 9), st.integers(1400, 10_000).map(lambda score: score / 10_000)
        ),
        max_size=25,
    ),
    days=st.lists(st.integers(0, 40), min_size=9, max_size=9),
    order=st.permutations(range(9)),
)
def test_stories_do_not_depend_on_the_order_of_the_articles(
    links: list[tuple[int, int, float]], days: list[int], order: list[int]
) -> None:
    members = articles([DAY + timedelta(days=day) for day in days])
    scores = linked(*(link for link in links if link[0] != link[1]))
    found = stories(members, scores)
    assert stories([members[place] for place in order], scores) == found
    assert sorted(number for story in found for number in story) == [each.number for each in members]
