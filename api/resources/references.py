"""Find the entities and stories in the filters of a query, and warn about unknown ids and slugs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from api.resources.lookup import NO_NUMBER
from api.resources.reference_numbers import entity_numbers_of, story_numbers_of
from api.resources.suggestions import likely_entity, likely_story

ENTITY_PARAMETERS = ("entity", "entity_any", "entity_not")
# A suggestion takes two statements, so only the first unknown values get a suggestion.
MAX_SUGGESTIONS = 5


@dataclass(frozen=True)
class References:
    """The numbers (internal keys) of the entities and stories in the filters of a query.

    Attributes:
        numbers: For each parameter, the numbers of its ids and slugs, with `NO_NUMBER` for unknown ones.
        unknown: The unknown ids and slugs, each as `(parameter, value)`.
    """

    numbers: Mapping[str, Sequence[int]]
    unknown: Sequence[tuple[str, str]]

    def of(self, parameter: str) -> Sequence[int]:
        """Return the numbers (internal keys) of the entities or stories that a query parameter names.

        Return `NO_NUMBER` in place of an unknown id or slug. If the query does not have the parameter, the
        result is empty.
        """
        return self.numbers.get(parameter, ())

    def known(self, parameter: str) -> list[int]:
        """Return the numbers (internal keys) of the entities or stories that a query parameter names.

        Unknown ids and slugs are left out.
        """
        return [number for number in self.of(parameter) if number != NO_NUMBER]

    def meta(self) -> dict[str, Any]:
        """Return `{"warnings": […]}` with a warning for each unknown id or slug, or `{}` if all are known."""
        if not self.unknown:
            return {}
        return {
            "warnings": [
                {
                    "parameter": parameter,
                    "message": f"There is no {_kind(parameter)} with the id or slug `{value}`.",
                    "suggestion": _suggestion(parameter, value) if place < MAX_SUGGESTIONS else None,
                }
                for place, (parameter, value) in enumerate(self.unknown)
            ]
        }


def find_references(parameters: Mapping[str, Any]) -> References:
    """Look up the entities and stories in the filters of a request, such as `entity=nasa`.

    `parameters` has the validated query parameters, by name.
    """
    given = {name: parameters[name] for name in ENTITY_PARAMETERS if name in parameters}
    values = [*dict.fromkeys(chain.from_iterable(given.values()))]
    found = dict(zip(values, entity_numbers_of(values), strict=True))
    numbers = {name: [found[value] for value in several] for name, several in given.items()}
    if "story" in parameters:
        given["story"] = parameters["story"]
        numbers["story"] = story_numbers_of(parameters["story"])
    pairs = ((name, *pair) for name in given for pair in zip(given[name], numbers[name], strict=True))
    return References(numbers, [(name, value) for name, value, number in pairs if number == NO_NUMBER])


def _kind(parameter: str) -> str:
    return "story" if parameter == "story" else "entity"


def _suggestion(parameter: str, value: str) -> str | None:
    return likely_story(value) if parameter == "story" else likely_entity(value)
