"""Settings of the property tests that use a database."""

from hypothesis import HealthCheck, settings

EXPLORE_FACTOR = 3


def database_property(max_examples: int) -> settings:
    """Return the Hypothesis settings of a test whose examples share a database.

    Each example must empty the database first, because pytest makes the fixture only once.

    Args:
        max_examples: The number of examples of `make test`; `make explore` tries more.
    """
    is_exploring = settings.get_current_profile_name() == "explore"
    return settings(
        max_examples=max_examples * EXPLORE_FACTOR if is_exploring else max_examples,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
