"""Tests of the key points of a story."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from api.models import takeaway_number
from seeds.stories.key_points import StoryTakeaway
from tests.seeds.documents import KEY_POINTS

DAY = datetime(2026, 4, 21, tzinfo=UTC)
COMMON = "It is what it is."


def key_points(*texts: str) -> list[int]:
    """Return which of `texts` are key points, numbered from 1. Each is in a different article."""
    takeaways = [
        StoryTakeaway(takeaway_number(article, 1), text, [], DAY, UUID(int=article))
        for article, text in enumerate(texts, 1)
    ]
    chosen = KEY_POINTS.choose(takeaways)
    return sorted(each.article_id.int for each in takeaways if each.number in chosen)


@pytest.mark.parametrize("other", ["They were there before us.", "It", "One is on it.", "Rain fell."])
def test_different_texts_of_common_words_are_different_key_points(other: str) -> None:
    assert key_points(COMMON, other) == [1, 2]


def test_equal_texts_of_common_words_are_one_key_point() -> None:
    assert key_points(COMMON, "It is \u200bwhat IT is.", "They were there before us.") == [2, 3]
