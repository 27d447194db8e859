"""The values that the page of a story shows, made from the JSON values of the story and of its briefs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.pages.content.timeline import Point, Timeline, timeline
from api.v1.json_values import Values

# The keys of briefs that the page needs.
BRIEF_KEYS = (
    *("slug", "title", "summary", "language", "byline", "published_at", "revision", "reading_minutes"),
    "related",
)
MAX_PUBLICATIONS = 20
NO_PUBLICATION = "No publication"


def numbered_briefs(briefs: Sequence[Values]) -> list[Values]:
    """Return `briefs` with their numbers from 1, each with the numbers of its near-duplicates in the list."""
    numbers = {brief["slug"]: number for number, brief in enumerate(briefs, 1)}
    pairs = {
        frozenset((number, numbers[link["target"]["slug"]]))
        for number, brief in enumerate(briefs, 1)
        for link in brief["related"]
        if _is_near_duplicate(link) and link["target"]["slug"] in numbers
    }
    return [
        brief | {"number": number, "near_duplicates": _partners(number, pairs)}
        for number, brief in enumerate(briefs, 1)
    ]


def _is_near_duplicate(link: Mapping[str, Any]) -> bool:
    has_reason = any(reason["kind"] == "near_duplicate" for reason in link["reasons"])
    return has_reason and link["target"] is not None


def _partners(number: int, pairs: set[frozenset[int]]) -> list[int]:
    return sorted(other for pair in pairs if number in pair for other in pair - {number})


def story_timeline(briefs: Sequence[Values]) -> Timeline | None:
    """Return the layout of the timeline of the dated briefs among `briefs`, which have numbers."""
    return timeline(
        [
            Point(
                brief["number"],
                datetime.fromisoformat(brief["published_at"]),
                (brief["byline"] or {}).get("publication") or NO_PUBLICATION,
            )
            for brief in briefs
            if brief["published_at"]
        ]
    )
