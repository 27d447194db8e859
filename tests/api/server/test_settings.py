"""The settings of gunicorn: the address, and warnings about variables that are ignored."""

import sys

import pytest

from api.server.settings import default_log_format, with_port
from api.server.start_checks import IGNORED_VARIABLES, NO_BASE_URL, warnings_about

# The setting without which there is always a warning.
BASE = {"BRIEFS_BASE_URL": "https://briefs.example.org"}


@pytest.mark.parametrize(
    ("bind", "port", "address"),
    [
        ("127.0.0.1:8000", "", "127.0.0.1:8000"),
        ("127.0.0.1:8000", "9000", "127.0.0.1:9000"),
        ("0.0.0.0:80", "0", "0.0.0.0:0"),
        ("[::1]:8000", "9000", "[::1]:9000"),
        ("unix:/run/briefs/http", "9000", "unix:/run/briefs/http"),
    ],
)
def test_the_variable_port_replaces_the_port_of_the_address(bind: str, port: str, address: str) -> None:
    assert with_port(bind, port) == address


@pytest.mark.parametrize("variable", IGNORED_VARIABLES)
def test_a_variable_that_is_ignored_gets_a_warning_with_the_setting_to_use(variable: str) -> None:
    setting, _ = IGNORED_VARIABLES[variable]
    (warning,) = warnings_about({**BASE, variable: "geheim"})
    assert variable in warning
    assert setting in warning
    assert "geheim" not in warning
    assert list(warnings_about({**BASE, variable: ""})) == []
    assert list(warnings_about({**BASE, variable: "geheim", setting: "geheim"})) == []


def test_a_setting_that_the_operator_has_chosen_needs_no_warning() -> None:
    redis = {**BASE, "REDIS_URL": "redis://a", "BRIEFS_RATE_LIMIT_STORAGE": "redis://b"}
    assert list(warnings_about(redis)) == []
    replica = {**BASE, "DATABASE_REPLICA_URL": "postgresql://b", "DATABASE_URL": "postgresql://a"}
    assert len(list(warnings_about(replica))) == 1


def test_workers_that_count_requests_separately_get_a_warning() -> None:
    limit = {**BASE, "BRIEFS_RATE_LIMIT": "600/minute"}
    (warning,) = warnings_about(limit, workers=2)
    assert "BRIEFS_RATE_LIMIT_STORAGE" in warning
    assert list(warnings_about(limit, workers=1)) == []
    assert list(warnings_about({**limit, "BRIEFS_RATE_LIMIT_STORAGE": "redis://localhost"}, workers=2)) == []
    assert list(warnings_about(BASE, workers=2)) == []


def test_a_service_without_a_public_address_gets_a_warning() -> None:
    assert list(warnings_about({})) == [NO_BASE_URL]
    assert list(warnings_about({"BRIEFS_BASE_URL": ""})) == [NO_BASE_URL]
    assert "BRIEFS_BASE_URL" in NO_BASE_URL


@pytest.mark.parametrize(
    ("is_terminal", "given", "expected"),
    [(True, "", "short"), (False, "", "json"), (True, "json", "json"), (False, "text", "text")],
)
def test_lines_of_the_log_are_short_on_a_terminal_unless_a_format_is_set(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, given: str, expected: str
) -> None:
    monkeypatch.setenv("BRIEFS_LOG_FORMAT", given)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal, raising=False)
    assert default_log_format() == expected
