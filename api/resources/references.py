"""The entities that the filters of a query name, and warnings about values that name nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from api.resources.lookup import NO_NUMBER, entity_numbers_of
from api.resources.suggestions import likely_entity

ENTITY_PARAMETERS = ("entity", "entity_any", "entity_not")
# A suggestion takes two statements, so only the first unknown values get one.
MAX_SUGGESTIONS = 5


@dataclass(frozen=True)
class References:
    """The numbers of the rows that the filters of a query name.

    Attributes:
        numbers: The numbers by parameter, in the order of the values. `NO_NUMBER` for an unknown value.
        unknown: The parameter and the text of each unknown value.
    """

    numbers: Mapping[str, Sequence[int]]
    unknown: Sequence[tuple[str, str]]

    def of(self, parameter: str) -> Sequence[int]:
        """Return the numbers that `parameter` names, or nothing if the parameter is not given."""
        return self.numbers.get(parameter, ())

    def known(self, parameter: str) -> list[int]:
        """Return the numbers that `parameter` names, without those of unknown values."""
        return [number for number in self.of(parameter) if number != NO_NUMBER]

    def meta(self) -> dict[str, Any]:
        """Return the members of `meta` about unknown values: `warnings`, or nothing if all are known."""
        if not self.unknown:
            return {}
        return {
            "warnings": [
                {
                    "parameter": parameter,
                    "message": f"There is no entity with the id or slug `{value}`.",
                    "suggestion": likely_entity(value) if place < MAX_SUGGESTIONS else None,
                }
                for place, (parameter, value) in enumerate(self.unknown)
            ]
        }


def find_references(parameters: Mapping[str, Any]) -> References:
    """Return the numbers of the entities that the loaded query `parameters` names by id or slug."""
    given = {name: parameters[name] for name in ENTITY_PARAMETERS if name in parameters}
    values = [*dict.fromkeys(chain.from_iterable(given.values()))]
    found = dict(zip(values, entity_numbers_of(values), strict=True))
    return References(
        {name: [found[value] for value in several] for name, several in given.items()},
        [(name, value) for name, several in given.items() for value in several if found[value] == NO_NUMBER],
    )
