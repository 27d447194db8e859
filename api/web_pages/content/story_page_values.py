"""The values that the page of a story shows, made from the JSON values of the story and of its briefs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.v1.json_values import Values
from api.web_pages.content.timeline import Point, Timeline, timeline

# The keys of briefs that the page needs.
BRIEF_KEYS = (
    *("slug", "title", "summary", "language", "byline", "published_at", "revision", "reading_minutes"),
    "related",
)
MAX_PUBLICATIONS, MAX_NEAR_DUPLICATES = 20, 5
NO_PUBLICATION = "No publication"


def numbered_briefs(briefs: Sequence[Values]) -> list[Values]:
    """Return `briefs`, each with two additional keys: `number` (from 1) and `near_duplicates`.

    `near_duplicates` lists the slug, the title and the number of each near-duplicate. Near-duplicates that
    are not among `briefs` come last and have the number None.
    """
    numbers = {brief["slug"]: number for number, brief in enumerate(briefs, 1)}
    partners: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for brief in briefs:
        for link in filter(_is_near_duplicate, brief["related"]):
            target = link["target"]
            partners[brief["slug"]][target["slug"]] = target["title"]
            partners[target["slug"]][brief["slug"]] = brief["title"]
    return [
        brief | {"number": number, "near_duplicates": _numbered(partners[brief["slug"]], numbers)}
        for number, brief in enumerate(briefs, 1)
    ]


def _is_near_duplicate(link: Mapping[str, Any]) -> bool:
    has_reason = any(reason["kind"] == "near_duplicate" for reason in link["reasons"])
    return has_reason and link["target"] is not None


def _numbered(titles: Mapping[str, str], numbers: Mapping[str, int]) -> list[Values]:
    """Return briefs as `{slug, title, number}`, in the order of their numbers.

    Briefs that are not on the page have the number None and come last.

    Args:
        titles: The titles of the briefs, by slug.
        numbers: The numbers of the briefs on the page, by slug.
    """
    found = [{"slug": slug, "title": title, "number": numbers.get(slug)} for slug, title in titles.items()]
    return sorted(found, key=lambda each: each["number"] or len(numbers) + 1)


def story_timeline(briefs: Sequence[Values]) -> Timeline | None:
    """Return the layout of the timeline of the dated briefs, or None if it cannot be drawn (see `timeline`).

    Args:
        briefs: The result of `numbered_briefs`.
    """
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
