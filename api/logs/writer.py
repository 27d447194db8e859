"""Write log lines in a separate thread, so that no other thread waits if the log is read slowly."""

import logging
import os
import select
import threading
import weakref
from collections import deque
from collections.abc import Callable
from select import PIPE_BUF
from typing import Any

# The longest time that the line of a request waits before it is written together with other lines.
MAX_DELAY_SECONDS = 0.05
# Lines that wait for the reader of the log. Later lines of requests are dropped.
MAX_QUEUED_LINES = 10_000
# The number of other lines, such as those of errors, that can wait in addition to those of requests.
RESERVED_LINES = 1_000
# How long a process that ends waits for the reader of the log.
FLUSH_SECONDS = 1.0
WRITER_LOGGER = "briefs.log"

# An item of the queue: a line, the arguments of `LogWriter.put_later`, an event of `LogWriter.flush`, or None
# after the first of the lines that were dropped.
Item = bytes | tuple[Callable[[Any], bytes], Any] | threading.Event | None


class LogWriter:
    """A queue of log lines, and a thread that writes them to a file descriptor in the same order.

    If the queue is full, lines are dropped, and their number is logged later. A forked process begins with an
    empty queue.

    Args:
        formatter: Formats the line about dropped lines.
        max_lines: The length of the queue from which lines about requests are dropped. For other lines, such
            as errors, the length is RESERVED_LINES more.
    """

    def __init__(
        self, descriptor: int, formatter: logging.Formatter, max_lines: int = MAX_QUEUED_LINES
    ) -> None:
        self.max_lines = max_lines
        self._descriptor, self._formatter = descriptor, formatter
        self._begin()
        begin = weakref.WeakMethod(self._begin)
        os.register_at_fork(after_in_child=lambda: (method := begin()) and method())

    def _begin(self) -> None:
        # Appending to a deque needs no lock. The lock is never held while a line is written.
        self._queue: deque[Item] = deque()
        self._lock = threading.Lock()
        self._is_due, self._is_urgent = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._is_closed = self._is_torn = False
        self.dropped_lines = self._unreported_lines = 0

    def put(self, line: bytes) -> None:
        """Add `line` to the queue. The writer's thread writes it as soon as possible.

        If the queue is full, the line is dropped.

        Args:
            line: The line, with a line break at its end.
        """
        if len(self._queue) < self.max_lines + RESERVED_LINES:
            self._queue.append(line)
            self._is_urgent.set()
            self._wake_thread()
        else:
            self._count_dropped(1)

    def put_later(self, format_line: Callable[[Any], bytes], value: Any) -> None:
        """Add the line `format_line(value)` to the queue. The writer's thread formats and writes it later.

        The thread waits up to MAX_DELAY_SECONDS for further lines, and then writes all of them together. If
        the queue is full, the line is dropped.
        """
        # Writing a line for each request would take a fifth of the time of a cached response, since Python
        # switches between threads at each write.
        if len(self._queue) < self.max_lines:
            self._queue.append((format_line, value))
            if not self._is_due.is_set():
                self._wake_thread()
        else:
            self._count_dropped(1)

    def flush(self, seconds: float = FLUSH_SECONDS) -> None:
        """Wait until the queued lines are written, or until `seconds` have passed."""
        # The thread can still be writing lines that are no longer in the queue.
        if self._thread is not None:
            is_written = threading.Event()
            self._queue.append(is_written)
            self._is_urgent.set()
            self._wake_thread()
            is_written.wait(seconds)

    def close(self) -> None:
        """Let the thread of the writer end after the queued lines. Return at once."""
        self._is_closed = True
        self._is_urgent.set()
        self._is_due.set()

    def _wake_thread(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                # Since the thread is a daemon, the process can end while a write is blocked.
                self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                self._thread.start()
        self._is_due.set()

    def _run(self) -> None:
        is_closed = False
        while not is_closed:
            self._is_due.wait()
            is_closed = self._is_closed
            self._is_urgent.wait(MAX_DELAY_SECONDS)
            # Clear the events first, so that lines that are queued from now on wake the thread again.
            self._is_due.clear()
            self._is_urgent.clear()
            self._write_queue()

    def _write_queue(self) -> None:
        """Write the lines that are in the queue now, in chunks of up to PIPE_BUF bytes.

        If several processes write to the same pipe, the operating system does not mix writes of this size.
        """
        chunk: list[bytes] = []
        size = 0
        for _ in range(len(self._queue)):
            item = self._queue.popleft()
            line = item[0](item[1]) if isinstance(item, tuple) else item
            if isinstance(line, bytes) and size + len(line) <= PIPE_BUF:
                chunk.append(line)
                size += len(line)
                continue
            self._write_lines(chunk)
            chunk, size = [], 0
            if isinstance(line, bytes):
                chunk, size = [line], len(line)
            elif line:
                line.set()
            else:
                self._report_dropped()
        self._write_lines(chunk)

    def _report_dropped(self) -> None:
        with self._lock:
            count, self._unreported_lines = self._unreported_lines, 0
        values = {"name": WRITER_LOGGER, "levelno": logging.WARNING, "levelname": "WARNING"}
        record = logging.makeLogRecord(values | {"msg": "log lines dropped", "lines": count})
        if not self._write(f"{self._formatter.format(record)}\n".encode()):
            self._report_later(count)

    def _write_lines(self, lines: list[bytes]) -> None:
        if lines and not self._write(b"".join(lines)):
            self._count_dropped(len(lines))

    def _write(self, data: bytes) -> bool:
        """Write all of `data` and return True, or return False if that fails, for example on a full disk."""
        if self._is_torn:
            data = b"\n" + data
        rest = data
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                # A different process that uses the same pipe has made it non-blocking.
                select.select([], [self._descriptor], [])
            except OSError:
                # Later lines must not be appended to the beginning of this line.
                self._is_torn = self._is_torn or len(rest) < len(data)
                return False
        self._is_torn = False
        return True

    def _count_dropped(self, lines: int) -> None:
        with self._lock:
            self.dropped_lines += lines
        self._report_later(lines)

    def _report_later(self, lines: int) -> None:
        with self._lock:
            if not self._unreported_lines:
                self._queue.append(None)
            self._unreported_lines += lines
