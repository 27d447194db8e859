"""Settings of the property tests that use a database."""

from hypothesis import HealthCheck, settings

EXPLORE_FACTOR = 3


def database_property(max_examples: int) -> settings:
    """Return the settings of a Hypothesis test whose examples share one database.

    pytest makes the fixture only once, so each example must empty the database first.

    Args:
        max_examples: The number of examples of `make test`; `make explore` tries more.
    """
    is_exploring = settings.get_current_profile_name() == "explore"
    return settings(
        max_examples=max_examples * EXPLORE_FACTOR if is_exploring else max_examples,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
