"""A few known entities, and a slow but simple search for their names.

Tests compare the results of `EntityMatcher` with this search.
"""

import re
from collections.abc import Iterable, Iterator

from seeds.extraction.catalogue import EntityRecord
from seeds.extraction.mentions import FoundEntity, find_entities
from seeds.parsing.page import parse
from tests.seeds.documents import Page
from tests.support.extraction import make_matcher

BOARD = EntityRecord("Sea Board", "organization", "sea-board", ("Board", "海委会"))
PLAN = EntityRecord("AI+", "policy", "ai-plus")
DAY = EntityRecord("Sailor's Day", "event", "sailors-day")
SEA = EntityRecord("Sea", "place", "sea", ("North Sea", "海"))
CATALOGUE = (BOARD, PLAN, DAY, SEA)


def entities(page: Page, catalogue: Iterable[EntityRecord] = CATALOGUE) -> list[FoundEntity]:
    """Return the entities that extraction finds on `page`, with `catalogue` as the known entities."""
    return find_entities(parse(page.text.encode(), "page.txt"), make_matcher(catalogue))


def straighten(text: str) -> str:
    """Return `text` with straight quotation marks. Its length and offsets stay the same."""
    return text.replace("‘", "'").replace("’", "'").replace("“", '"').replace("”", '"')


def in_word(character: str) -> bool:
    """Return True if `character` is a letter or digit of a script that puts spaces between words."""
    cjk = re.compile(
        "[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9d"
        "\U00020000-\U0003fffd]"
    )
    return character.isalnum() and not cjk.match(character)


def cuts_word(text: str, place: int) -> bool:
    """Return True if the offset `place` is inside a word of `text`, and not at its beginning or end."""
    return 0 < place < len(text) and in_word(text[place - 1]) and in_word(text[place])


def find_by_brute_force(
    text: str, catalogue: Iterable[EntityRecord]
) -> Iterator[tuple[int, int, EntityRecord]]:
    """Yield what `EntityMatcher.find` must find in `text`: `(start, end, entity)` for each name.

    Every name is compared at every offset, which is slow but obviously correct.
    """
    names = [(straighten(name), entity) for entity in catalogue for name in entity.names]
    names.sort(key=lambda entry: len(entry[0]), reverse=True)
    straight, place = straighten(text), 0
    while place < len(text):
        for name, entity in names:
            end = place + len(name)
            has_boundaries = not cuts_word(straight, place) and not cuts_word(straight, end)
            if straight.startswith(name, place) and has_boundaries:
                yield place, end, entity
                place = end
                break
        else:
            place += 1
