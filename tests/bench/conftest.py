"""Provide a fixture that runs `flask` commands without starting a new Python interpreter for each command.

Tests of benchmarks use it if the start of a command is not their subject.
"""

from pathlib import Path

import pytest


@pytest.fixture
def forked_flask(forked_programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each `flask` command of a benchmark in a fork of one process, so that it starts fast."""
    monkeypatch.setattr("bench.corpus.build.FLASK", (str(forked_programs / "flask"),))
