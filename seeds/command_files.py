"""Input and output files of the commands; `-` means standard input or output.

A new output file replaces an existing file only when the new file is complete.
"""

import fcntl
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from seeds.escaping import printable

STANDARD_STREAM = Path("-")


class StreamError(Exception):
    """A failure to read or write a file. The message is one line that names the file."""


@contextmanager
def open_input(path: Path) -> Iterator[BinaryIO]:
    """In the `with` block, open the file `path`, or standard input if `path` is `-`, to read bytes.

    Raises:
        StreamError: If the file cannot be opened or read.
    """
    with _os_errors_reported(input_name(path), "read", path):
        if path == STANDARD_STREAM:
            yield sys.stdin.buffer
            return
        with path.open("rb") as file:
            yield file


@contextmanager
def open_output(path: Path) -> Iterator[BinaryIO]:
    """Open the file `path` to write bytes, or standard output if `path` is `-`.

    The file appears at `path` when the `with` block ends without an error. After an error, an older file
    remains. Only the owner can read the file. A pipe or device is written directly.

    Raises:
        StreamError: The file cannot be opened or written, or another process is writing it.
    """
    name = "standard output" if path == STANDARD_STREAM else printable(str(path))
    with _os_errors_reported(name, "written", path, *_target_and_part(path)):
        if path == STANDARD_STREAM:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
            return
        with path.open("wb") if _is_special(path) else _open_part_file(path) as file:
            yield file


def input_name(path: Path) -> str:
    """Return the name of an input file for messages: its path, or `standard input` if `path` is `-`."""
    return "standard input" if path == STANDARD_STREAM else printable(str(path))


@contextmanager
def _os_errors_reported(name: str, action: str, *paths: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # Reading or writing an open file raises an error without a path. Errors of other files are not ours.
        if error.filename is not None and Path(str(error.filename)) not in paths:
            raise
        raise StreamError(f"{name}: cannot be {action}: {error.strerror}") from None


def _is_special(path: Path) -> bool:
    """Return True if something exists at `path` that is not a regular file, such as a pipe or a device.

    A command writes to a pipe or device directly, and to a regular file through a temporary file.
    """
    return path.exists() and not stat.S_ISREG(path.stat().st_mode)


def _lock_part_file(file: BinaryIO, path: Path) -> bool:
    """Lock the temporary output file of a command, and return True if this process has the lock.

    `file` was opened at `path`. Return False if another process is writing it, or has since moved it away.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(file.fileno()), path.lstat())
    except (BlockingIOError, FileNotFoundError):
        return False


def _target_and_part(path: Path) -> tuple[Path, Path]:
    """Return the path to write, and the path of its temporary file, for the output file `path`."""
    # Write to the target of a symbolic link, so that the link is kept.
    target = Path(os.path.realpath(path))
    # Use a fixed name, so that a later command reuses the file that a killed process left.
    return target, target.parent / f".{target.name}.part"


@contextmanager
def _open_part_file(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file beside `path`, and rename it to `path` if the `with` body ends without an error.

    If the body raises an exception, delete the temporary file.
    """
    target, part = _target_and_part(path)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 -- a descriptor, not a path
        if not _lock_part_file(file, part):
            raise StreamError(f"{printable(str(path))}: another process is writing it")
        try:
            os.fchmod(file.fileno(), 0o600)
            file.truncate()
            yield file
            file.flush()
            os.fsync(file.fileno())
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
