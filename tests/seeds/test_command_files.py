"""Output files that appear only when complete, and standard streams."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from seeds.command_files import StreamError, input_name, open_input, open_output


def test_a_file_is_there_when_all_is_written(tmp_path: Path) -> None:
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


def test_two_processes_do_not_write_one_file_at_once(tmp_path: Path) -> None:
    with open_output(tmp_path / "file") as file:
        with (
            pytest.raises(StreamError, match=r"file: another process is writing it$"),
            open_output(tmp_path / "file"),
        ):
            pytest.fail("opened")
        file.write(b"the first")
    assert (tmp_path / "file").read_bytes() == b"the first"


def test_a_file_finished_by_another_process_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock

    def finish_first(file: BinaryIO, operation: int) -> None:
        # Between opening and locking, the other process finishes and renames the file.
        (tmp_path / ".file.part").rename(tmp_path / "file")
        lock(file, operation)

    (tmp_path / ".file.part").write_bytes(b"the other's")
    monkeypatch.setattr("seeds.command_files.fcntl.flock", finish_first)
    with pytest.raises(StreamError, match="another process is writing it"), open_output(tmp_path / "file"):
        pytest.fail("opened")
    assert (tmp_path / "file").read_bytes() == b"the other's"


def test_an_existing_part_file_is_neither_followed_nor_left_readable(tmp_path: Path) -> None:
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


def test_a_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with open_output(tmp_path / "pipe") as file:
        file.write(b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()


def test_failures_name_the_file_on_one_line(tmp_path: Path) -> None:
    missing = r"a\\x0ab: cannot be read: No such file or directory$"
    with pytest.raises(StreamError, match=missing), open_input(tmp_path / "a\nb"):
        pytest.fail("opened")
    assert input_name(Path("-")) == "standard input"
    assert input_name(Path("a\nb")) == "a\\x0ab"
