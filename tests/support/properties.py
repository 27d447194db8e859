"""The number of examples of property tests on databases: few in `make test`, more in `make explore`."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

EXPLORE_FACTOR = 6
Test = TypeVar("Test", bound=Callable[..., Any])


def database_property(max_examples: int) -> settings:
    """Return the settings of a Hypothesis test whose examples share one database.

    pytest sets up the database once for the test, not once for each example. Therefore each example must
    empty the database first.

    Args:
        max_examples: The number of examples of `make test`; `make explore` tries more.
    """
    return settings(
        max_examples=_number_of_examples(max_examples),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


def random_seeds(number: int, first: int = 0) -> Callable[[Test], Test]:
    """Return a decorator that runs a test once for each random seed.

    The test gets the seed as its argument `seed`.

    Args:
        number: How many seeds `make test` uses; `make explore` uses more.
        first: The first seed. The others follow it.
    """
    seeds = range(first, first + _number_of_examples(number))

    def decorate(test: Test) -> Test:
        # `make explore` selects tests by this marker.
        marked: Test = pytest.mark.hypothesis(pytest.mark.parametrize("seed", seeds)(test))
        return marked

    return decorate


def _number_of_examples(number: int) -> int:
    is_exploring = settings.get_current_profile_name() == "explore"
    return number * EXPLORE_FACTOR if is_exploring else number
