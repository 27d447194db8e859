"""Read the names of the entities and the titles of the stories that a query filters by."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from api.database.request_connection import request_connection
from api.resources.reference_numbers import entity_numbers_of, story_numbers_of
from api.resources.references import ENTITY_PARAMETERS
from api.v1.facets import STORY_LABELS
from api.v1.part_rows import read_references

ENTITY, STORY = "entity", "story"
# The names of entities and the titles of stories, by kind (`entity` or `story`) and id or slug in the query.
FilterNames = Mapping[tuple[str, str], str]


def filter_names(parameters: Mapping[str, Any]) -> FilterNames:
    """Return the names of the entities and the titles of the stories in the loaded query `parameters`.

    The keys are pairs such as `("entity", value)`. Unknown values are left out.
    """
    entities = [*chain.from_iterable(parameters.get(name, ()) for name in ENTITY_PARAMETERS)]
    stories = [*parameters.get(STORY, ())]
    names: dict[tuple[str, str], str] = {}
    if entities:
        numbers = dict(zip(entities, entity_numbers_of(entities), strict=True))
        found = read_references(request_connection(), set(numbers.values()))
        names |= {(ENTITY, value): found[each]["name"] for value, each in numbers.items() if each in found}
    if stories:
        numbers = dict(zip(stories, story_numbers_of(stories), strict=True))
        rows = request_connection().execute(STORY_LABELS, {"numbers": [*numbers.values()]})
        titles = {number: title for number, _, title in rows}
        names |= {(STORY, value): titles[each] for value, each in numbers.items() if each in titles}
    return names
