"""Tests of the thread that writes the log.

They test the order of lines, a full queue, failures, forked processes and the end of a process.
"""

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from select import PIPE_BUF
from typing import Any

import orjson
import pytest

from api.logs.formatters import JsonFormatter
from api.logs.writer import MAX_QUEUED_LINES, RESERVED_LINES, LogWriter
from tests.support.server import PATIENCE_SECONDS, ROOT

# Lines that are longer than a pipe can hold.
FILLER = 300
# How much a pipe of Linux can hold.
PIPE_BYTES = 65_536


def number_line(number: int) -> bytes:
    return orjson.dumps({"number": number, "filler": "x" * FILLER}, option=orjson.OPT_APPEND_NEWLINE)


@dataclass
class Pipe:
    """A pipe with a log writer at one end. The test reads log lines from the other end."""

    reading: int
    writing: int
    writer: LogWriter

    def read(self, *, until: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Read JSON lines from the pipe, and return them.

        `until` is called with all lines that were read so far. Reading ends when `until` returns True.
        """
        data = b""
        lines: list[dict[str, Any]] = []
        while not until(lines):
            assert select.select([self.reading], [], [], PATIENCE_SECONDS)[0], lines[-3:]
            data += os.read(self.reading, 65_536)
            lines = [orjson.loads(line) for line in data[: data.rfind(b"\n") + 1].splitlines()]
        return lines

    def fill(self) -> None:
        """Queue log lines until the pipe is full and the thread of the writer is blocked in a write."""
        for number in range(PIPE_BYTES // FILLER):
            self.writer.put(number_line(number))
        wait_until("a full pipe", lambda: not select.select([], [self.writing], [], 0)[1])


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    with open_pipe() as made:
        yield made


@contextmanager
def open_pipe(max_lines: int = MAX_QUEUED_LINES) -> Iterator[Pipe]:
    reading, writing = os.pipe()
    writer = LogWriter(writing, JsonFormatter(), max_lines)
    yield Pipe(reading, writing, writer)
    # A write that is blocked fails when the pipe has no reader, so that the thread ends.
    writer.close()
    os.close(reading)
    wait_until("the end of the thread", lambda: not is_running(writer))
    os.close(writing)


def is_running(writer: LogWriter) -> bool:
    thread = writer._thread
    return thread is not None and thread.is_alive()


def wait_until(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def numbers(lines: list[dict[str, Any]]) -> list[int]:
    return [line["number"] for line in lines if "number" in line]


def dropped(lines: list[dict[str, Any]]) -> int:
    return sum(line["lines"] for line in lines if line.get("message") == "log lines dropped")


def test_lines_are_written_together_and_in_order() -> None:
    # This kind of socket keeps the boundaries of writes.
    receiving, sending = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with receiving, sending:
        receiving.settimeout(PATIENCE_SECONDS)
        writer = LogWriter(sending.fileno(), JsonFormatter())
        for number in range(200):
            writer.put_later(number_line, number)
        chunks: list[bytes] = []
        while len(b"".join(chunks).splitlines()) < 200:
            chunks.append(receiving.recv(65_536))
        writer.close()
        wait_until("the end of the thread", lambda: not is_running(writer))
    assert numbers([orjson.loads(line) for line in b"".join(chunks).splitlines()]) == list(range(200))
    assert len(chunks) < 30
    # A pipe accepts this number of bytes at once, so that lines of several processes are not mixed.
    assert all(len(chunk) <= PIPE_BUF and chunk.endswith(b"\n") for chunk in chunks)


def test_the_lines_of_requests_and_other_lines_are_in_the_order_in_which_they_were_logged(pipe: Pipe) -> None:
    for number in range(0, 300, 3):
        pipe.writer.put_later(number_line, number)
        pipe.writer.put(number_line(number + 1))
        pipe.writer.put_later(number_line, number + 2)
    assert numbers(pipe.read(until=lambda lines: len(lines) == 300)) == list(range(300))


def test_lines_of_several_threads_are_complete_and_in_order(pipe: Pipe) -> None:
    def write(thread: int) -> None:
        for number in range(1_000):
            pipe.writer.put_later(number_line, thread * 1_000 + number)
            if number % 250 == thread:
                pipe.writer.flush(PATIENCE_SECONDS)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    written = numbers(pipe.read(until=lambda lines: len(lines) == 4_000))
    for each in threads:
        each.join()
    for thread in range(4):
        own = [number for number in written if number // 1_000 == thread]
        assert own == list(range(thread * 1_000, thread * 1_000 + 1_000))


def test_a_full_pipe_blocks_nobody_and_the_lost_lines_are_counted() -> None:
    with open_pipe(max_lines=50) as pipe:
        pipe.fill()
        waiting = len(pipe.writer._queue)
        for number in range(1_000, 2_000):
            pipe.writer.put_later(number_line, number)
        # Other lines than those of requests still have room.
        pipe.writer.put(number_line(5_000))
        dropped = pipe.writer.dropped_lines
        assert dropped == 1_000 - max(0, 50 - waiting)
        *others, report, last = pipe.read(until=lambda lines: 5_000 in numbers(lines))
        assert report == {
            "time": report["time"],
            "level": "warning",
            "logger": "briefs.log",
            "message": "log lines dropped",
            "lines": dropped,
        }
        assert numbers(others)[-1] == 2_000 - dropped - 1
        assert last["number"] == 5_000
        pipe.writer.put_later(number_line, 6_000)
        assert numbers(pipe.read(until=lambda lines: len(lines) == 1)) == [6_000]


def test_the_queue_of_other_lines_is_bounded_too() -> None:
    with open_pipe(max_lines=1) as pipe:
        pipe.fill()
        for number in range(2 * RESERVED_LINES):
            pipe.writer.put(number_line(number))
        # Together with the mark where lines are missing.
        assert len(pipe.writer._queue) == RESERVED_LINES + 2
        assert pipe.writer.dropped_lines >= RESERVED_LINES - 1


def test_waiting_includes_the_lines_that_are_being_written(pipe: Pipe) -> None:
    os.write(pipe.writing, b" " * PIPE_BYTES)
    pipe.writer.put(number_line(0))
    wait_until("an empty queue", lambda: not pipe.writer._queue)
    started = time.monotonic()
    pipe.writer.flush(0.2)
    assert time.monotonic() - started >= 0.2


def test_waiting_for_a_full_pipe_ends_at_the_deadline(pipe: Pipe) -> None:
    pipe.fill()
    started = time.monotonic()
    pipe.writer.flush(0.2)
    assert 0.2 <= time.monotonic() - started < PATIENCE_SECONDS
    # The thread is still there, and continues as soon as somebody reads.
    pipe.writer.put(number_line(-1))
    assert numbers(pipe.read(until=lambda lines: -1 in numbers(lines)))[0] == 0


def test_lines_that_cannot_be_written_are_counted_and_later_lines_are_written(pipe: Pipe) -> None:
    working = os.dup(pipe.writing)
    for _ in range(3):
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, pipe.writing)
        os.close(full)
        before = pipe.writer.dropped_lines
        for number in range(100):
            pipe.writer.put_later(number_line, number)
        pipe.writer.flush(PATIENCE_SECONDS)
        assert pipe.writer.dropped_lines == before + 100
        os.dup2(working, pipe.writing)
        pipe.writer.put_later(number_line, 200)
        lines = pipe.read(until=lambda lines: 200 in numbers(lines))
        assert (numbers(lines), dropped(lines)) == ([200], 100)
    os.close(working)


def test_a_line_after_an_incomplete_line_begins_on_a_line_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    write, space = os.write, [100]

    def write_until_full(descriptor: int, data: bytes) -> int:
        if not space[0]:
            raise OSError(28, "No space left on device")
        written = write(descriptor, bytes(data[: space[0]]))
        space[0] -= written
        return written

    writer = LogWriter(descriptor, JsonFormatter())
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write_until_full)
        writer.put(number_line(1))
        writer.flush(PATIENCE_SECONDS)
    writer.put(number_line(2))
    writer.flush(PATIENCE_SECONDS)
    writer.close()
    wait_until("the end of the thread", lambda: not is_running(writer))
    os.close(descriptor)
    first, *others = path.read_bytes().splitlines()
    assert number_line(1).startswith(first)
    assert [orjson.loads(line).get("number") for line in others] == [None, 2]


def test_a_pipe_that_does_not_block_loses_no_line(pipe: Pipe) -> None:
    os.set_blocking(pipe.writing, False)
    for number in range(1_000):
        pipe.writer.put_later(number_line, number)
    time.sleep(0.2)
    assert numbers(pipe.read(until=lambda lines: len(lines) == 1_000)) == list(range(1_000))
    assert pipe.writer.dropped_lines == 0


def test_a_forked_process_writes_its_own_lines_and_those_of_its_parent_once() -> None:
    code = """
as_line = lambda number: b'{"number":%d}\\n' % number
for number in range(100):
    writer.put_later(as_line, number)
if os.fork() == 0:
    writer.put_later(as_line, 1000)
    writer.flush()
    os._exit(0)
os.wait()
writer.flush()
"""
    # Python 3.12 warns about forks of processes that have threads.
    command = [sys.executable, "-W", "ignore", "-c", WRITER + code]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, check=True)
    written = numbers([orjson.loads(line) for line in done.stderr.splitlines()])
    assert sorted(written) == [*range(100), 1000]


WRITER = """
import os
from api.logs.formatters import JsonFormatter
from api.logs.writer import LogWriter
writer = LogWriter(2, JsonFormatter())
"""
CONFIGURED = """
import logging.config
import os
from api.config import read_settings
from api.logs.configuration import log_config, stderr_writer
settings = read_settings({"BRIEFS_LOG_FORMAT": "json"}, "instance")
writer = stderr_writer(settings)
logging.config.dictConfig(log_config(settings, writer))
"""


def test_every_line_is_written_before_the_process_ends() -> None:
    code = CONFIGURED + (
        "for number in range(3): writer.put_later(lambda number: b'{\"number\":%d}\\n' % number, number)\n"
        "logging.getLogger('briefs').warning('last')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    lines = [orjson.loads(line) for line in done.stderr.splitlines()]
    assert numbers(lines) == [0, 1, 2]
    assert lines[3]["message"] == "last"


def test_a_full_pipe_does_not_keep_a_process_from_ending() -> None:
    code = CONFIGURED + (
        "for number in range(5_000): writer.put_later(lambda number: b'x' * 100 + b'\\n', number)\n"
        "logging.getLogger('briefs').warning('last')\n"
    )
    reading, writing = os.pipe()
    with subprocess.Popen([sys.executable, "-c", code], stderr=writing, cwd=ROOT) as process:
        os.close(writing)
        assert process.wait(PATIENCE_SECONDS) == 0
    os.close(reading)


def test_lines_of_several_processes_on_one_pipe_are_not_mixed() -> None:
    code = WRITER + (
        "line = (str(os.getpid()) * 200).encode()[:300] + b'\\n'\n"
        "for _ in range(2_000): writer.put_later(lambda line: line, line)\n"
        "writer.flush(60)\n"
    )
    reading, writing = os.pipe()
    command = [sys.executable, "-c", code]
    processes = [subprocess.Popen(command, stderr=writing, cwd=ROOT) for _ in range(3)]
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        lines = stream.read().splitlines()
    assert [each.wait(PATIENCE_SECONDS) for each in processes] == [0, 0, 0]
    expected = {(str(each.pid) * 200).encode()[:300] for each in processes}
    assert set(lines) == expected
    assert len(lines) == 6_000


def test_a_signal_ends_a_process_whose_log_nobody_reads() -> None:
    code = WRITER + (
        "for number in range(5_000): writer.put_later(lambda number: b'x' * 100 + b'\\n', number)\n"
        "print('ready', flush=True)\n"
        "import signal\n"
        "signal.pause()\n"
    )
    reading, writing = os.pipe()
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stderr=writing, stdout=subprocess.PIPE, cwd=ROOT) as process:
        os.close(writing)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == -signal.SIGTERM
    os.close(reading)
