"""The level of the log line of a failed request."""

import logging

import pytest

from api.logs.levels import failure_level


@pytest.mark.parametrize("status", [400, 408, 413, 431, 501])
def test_a_failure_that_the_client_caused_is_a_warning(status: int) -> None:
    assert failure_level(status) == logging.WARNING


@pytest.mark.parametrize("status", [500, 503, 504])
def test_a_failure_of_the_server_is_an_error(status: int) -> None:
    assert failure_level(status) == logging.ERROR
