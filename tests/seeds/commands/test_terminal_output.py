"""Tests of the output of commands to a terminal, to a pipe and to a full disk."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.seeds.commands.results import GAUGES, SOURCE, summary_line
from tests.seeds.documents import ROOT, environment, write


def read_terminal(terminal: int) -> str:
    """Read the output of a terminal until its other end is closed."""
    pieces = []
    try:
        while piece := os.read(terminal, 4096):
            pieces.append(piece)
    except OSError:  # Linux reports in this way that the other end is closed.
        pass
    return b"".join(pieces).decode()


def test_a_terminal_shows_a_progress_bar_and_a_pipe_does_not(sqlite_template: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "pages", "a", GAUGES).parent
    write(folder, "b", b"")
    (tmp_path / "briefs.db").write_bytes(sqlite_template.read_bytes())
    command = [sys.executable, "-m", "flask", "seed", "load", str(folder)]
    environ = environment(f"sqlite:///{tmp_path / 'briefs.db'}") | {"TERM": "xterm", "COLUMNS": "300"}
    terminal, child = pty.openpty()
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=child) as process:
        os.close(child)
        shown = read_terminal(terminal)
        os.close(terminal)
        assert process.stdout
        assert process.stdout.read().decode() == f"{summary_line(created=1, rejected=1)}\n"
    rejection = f"{folder / 'b.txt'}: line 1: rejected: the file is empty; expected a title and a body"
    assert "Loading" in shown
    assert rejection in shown
    piped = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=False)
    assert piped.stdout.decode() == f"{summary_line(unchanged=1, rejected=1)}\n"
    assert piped.stderr.decode() == f"{rejection}\n"


@pytest.mark.parametrize("command", [("load",), ("parse", SOURCE), ("status",)], ids=lambda each: each[0])
def test_output_that_cannot_be_written_gives_a_one_line_error(
    sqlite_template: Path, tmp_path: Path, command: tuple[object, ...]
) -> None:
    (tmp_path / "briefs.db").write_bytes(sqlite_template.read_bytes())
    with Path("/dev/full").open("w") as full:
        process = subprocess.run(
            [sys.executable, "-m", "flask", "seed", *map(str, command)],
            cwd=ROOT,
            env=environment(f"sqlite:///{tmp_path / 'briefs.db'}"),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert process.stderr.decode() == "Error: standard output: cannot be written: No space left on device\n"
    assert process.returncode == 1
