"""Files that commands write whole or not at all, and read, `-` being standard output and standard input."""

import fcntl
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from seeds.messages import printable

STANDARD = Path("-")


class StreamError(Exception):
    """A file cannot be read or written; the message is one line that names it."""


@contextmanager
def open_input(path: Path) -> Iterator[BinaryIO]:
    """Open `path` to be read; raises StreamError."""
    with _failures(input_name(path), "read"):
        if path == STANDARD:
            yield sys.stdin.buffer
            return
        with path.open("rb") as file:
            yield file


@contextmanager
def open_output(path: Path) -> Iterator[BinaryIO]:
    """Open `path` to be written; raises StreamError.

    A file is readable by its owner alone, and what was there stays until all is written.
    """
    name = "standard output" if path == STANDARD else printable(str(path))
    with _failures(name, "written"):
        if path == STANDARD:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
            return
        with path.open("wb") if _is_special(path) else _open_beside(path) as file:
            yield file


def input_name(path: Path) -> str:
    """Give `path` as messages name it."""
    return "standard input" if path == STANDARD else printable(str(path))


@contextmanager
def _failures(name: str, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StreamError(f"{name}: cannot be {what}: {error.strerror}") from None


def _is_special(path: Path) -> bool:
    """Tell whether `path` is a pipe or a device, which is no file to take the place of."""
    return path.exists() and not stat.S_ISREG(path.stat().st_mode)


def _is_ours(file: BinaryIO, path: Path) -> bool:
    """Take the lock of `file`, if it is still what lies at `path`: who had it before may have renamed it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(file.fileno()), path.lstat())
    except (BlockingIOError, FileNotFoundError):
        return False


@contextmanager
def _open_beside(path: Path) -> Iterator[BinaryIO]:
    # Where a link leads, which stays one.
    real = Path(os.path.realpath(path))
    # One name for all, so that what a killed run has left is used again.
    beside = real.with_name(f".{real.name}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 -- no path, but what was made with its mode
        if not _is_ours(file, beside):
            raise StreamError(f"{printable(str(path))}: another process is writing it")
        try:
            os.fchmod(file.fileno(), 0o600)
            file.truncate()
            yield file
            file.flush()
            os.fsync(file.fileno())
            beside.replace(real)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
