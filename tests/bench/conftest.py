"""A fixture for tests of measurements whose subject is not the start of a command."""

from pathlib import Path

import pytest


@pytest.fixture
def forked_flask(forked_programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each `flask` command of a benchmark in a fork of one process, so that it starts fast."""
    monkeypatch.setattr("bench.corpus.build.FLASK", (str(forked_programs / "flask"),))
