"""Tests of the progress that commands show."""

import re

import pytest
from rich.console import Console

from seeds import console


class Clock:
    """A clock that advances by one second at each call."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        self.seconds += 1
        return self.seconds


def test_without_a_terminal_progress_lines_show_count_rate_and_remaining_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "time", Clock())
    assert list(console.progress(range(2_025), "Loading")) == list(range(2_025))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Loading: 10 of 2,025, 1/s, 0:33:35 left"
    assert lines[-1] == "Loading: 2,020 of 2,025, 1/s, 0:00:05 left"
    assert len(lines) == 202


def test_a_short_loop_prints_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(console.progress(["a", "b"], "Loading")) == ["a", "b"]
    assert list(console.progress([], "Loading")) == []
    assert capsys.readouterr().err == ""


def test_on_a_terminal_a_bar_shows_number_rate_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Console(stderr=True, force_terminal=True, width=120, force_interactive=True)
    monkeypatch.setattr(console, "console", terminal)
    for number in console.progress(range(3), "Loading"):
        console.print_message(f"message {number}")
    shown = capsys.readouterr().err
    assert re.search(r"Loading .*3/3.*\d/s.*0:00:00", shown)
    assert [f"message {number}" in shown for number in range(3)] == [True] * 3
