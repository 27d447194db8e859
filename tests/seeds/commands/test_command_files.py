"""Tests of output files, which appear only when they are complete, and of standard input and output."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from seeds.command_files import StreamError, input_name, open_input, open_output
from seeds.report import open_report


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with open_output(path) as file:
        file.write(b"half")
        file.flush()
        assert not path.exists()
        file.write(b" and half")
    assert path.read_bytes() == b"half and half"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_keeps_the_older_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"older")
    with pytest.raises(ZeroDivisionError), open_output(path) as file:
        file.write(b"half" * (1 // 0))
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_the_part_file_of_a_killed_process_is_reused(tmp_path: Path) -> None:
    (tmp_path / ".file.part").write_bytes(b"much more than half")
    with open_output(tmp_path / "file") as file:
        file.write(b"whole")
    assert (tmp_path / "file").read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_two_processes_cannot_write_the_same_file(tmp_path: Path) -> None:
    with open_output(tmp_path / "file") as file:
        with (
            pytest.raises(StreamError, match=r"file: another process is writing it$"),
            open_output(tmp_path / "file"),
        ):
            pytest.fail("opened")
        file.write(b"the first")
    assert (tmp_path / "file").read_bytes() == b"the first"


def test_a_file_that_another_process_finished_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock

    def finish_first(file: BinaryIO, operation: int) -> None:
        # The other process finishes and renames the file after it is opened and before it is locked.
        (tmp_path / ".file.part").rename(tmp_path / "file")
        lock(file, operation)

    (tmp_path / ".file.part").write_bytes(b"the other's")
    monkeypatch.setattr("seeds.command_files.fcntl.flock", finish_first)
    with pytest.raises(StreamError, match="another process is writing it"), open_output(tmp_path / "file"):
        pytest.fail("opened")
    assert (tmp_path / "file").read_bytes() == b"the other's"


def test_a_part_file_cannot_be_a_link_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    (tmp_path / ".file.part").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StreamError, match="cannot be written"), open_output(tmp_path / "file"):
        pytest.fail("opened")
    (tmp_path / ".file.part").unlink()
    (tmp_path / ".file.part").touch(0o644)
    with open_output(tmp_path / "file") as file:
        file.write(b"secret")
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_symbolic_link_is_kept(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with open_output(tmp_path / "link") as file:
        file.write(b"through")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"through"


def test_a_pipe_is_written_directly(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with open_output(tmp_path / "pipe") as file:
        file.write(b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()


def test_an_error_names_the_file_on_one_line(tmp_path: Path) -> None:
    missing = r"a\\x0ab: cannot be read: No such file or directory$"
    with pytest.raises(StreamError, match=missing), open_input(tmp_path / "a\nb"):
        pytest.fail("opened")
    assert input_name(Path("-")) == "standard input"
    assert input_name(Path("a\nb")) == "a\\x0ab"


def test_an_error_of_another_file_keeps_its_cause(tmp_path: Path) -> None:
    (tmp_path / "in").touch()
    with pytest.raises(FileNotFoundError), open_input(tmp_path / "in"):
        (tmp_path / "missing").read_bytes()
    with pytest.raises(FileNotFoundError), open_output(tmp_path / "out"):
        (tmp_path / "missing").read_bytes()
    with pytest.raises(FileNotFoundError), open_report(tmp_path / "report.json"):
        (tmp_path / "missing").read_bytes()


def test_a_failure_to_write_an_open_file_names_the_file(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    with (
        pytest.raises(StreamError, match="full: cannot be written: No space left"),
        open_output(full) as file,
    ):
        file.write(b"text")
