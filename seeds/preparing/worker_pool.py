"""Call a function for many items in several processes, and return the results in the order of the items."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from itertools import chain, islice
from types import TracebackType
from typing import Any, Generic, NamedTuple, TypeVar

from seeds.garbage_collection import collect_rarely

Context = TypeVar("Context")
Item = TypeVar("Item")
Result = TypeVar("Result")

# Items that are sent to a process together, because sending costs about as much as a short calculation.
CHUNK_SIZE = 20
# Chunks for each process that are calculated before their results are needed.
CHUNKS_AHEAD = 4
# Starting a process takes as long as the work on some hundred documents.
MIN_ITEMS = 400


class WorkerError(Exception):
    """An error for a worker process that ended unexpectedly, for example because the system killed it.

    The message is one line.
    """


class WorkerPool(AbstractContextManager["WorkerPool[Context]"], Generic[Context]):
    """Calls functions in this process or, if there are many items, in worker processes.

    The processes end with the `with` block.

    Args:
        jobs: The number of worker processes. With 1, this process does everything.
        make_context: Makes the first argument of all functions, once in each process. It must be picklable.
        arguments: The arguments of `make_context`.
        min_items: The least number of items for which worker processes are used.
    """

    def __init__(
        self,
        jobs: int,
        make_context: Callable[..., Context],
        arguments: tuple[Any, ...],
        *,
        min_items: int = MIN_ITEMS,
    ) -> None:
        self._jobs, self._min_items = jobs, min_items
        self._make_context, self._arguments = make_context, arguments
        self._executor: ProcessPoolExecutor | None = None
        self._local: _Local[Context] | None = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the processes. Calculations that have not started are cancelled."""
        if self._executor:
            self._executor.shutdown(wait=kind is None, cancel_futures=True)

    def map(self, function: Callable[[Context, Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the result of `function(context, item)` for each item, in the order of `items`.

        `context` is the result of `make_context`. `function`, the items and the results must be picklable.

        Raises:
            WorkerError: A worker process ended unexpectedly.
        """
        remaining = iter(items)
        if self._executor is None:
            first = list(islice(remaining, self._min_items)) if self._jobs > 1 else []
            if len(first) < self._min_items or self._jobs == 1:
                yield from self._map_here(function, chain(first, remaining))
                return
            remaining = chain(first, remaining)
        try:
            yield from self._map_in_processes(function, remaining)
        except BrokenProcessPool:
            raise WorkerError(
                "a worker process ended unexpectedly, perhaps because the memory was exhausted; "
                "run the command again with --jobs 1 to finish"
            ) from None

    def _map_here(
        self, function: Callable[[Context, Item], Result], items: Iterable[Item]
    ) -> Iterator[Result]:
        if self._local is None:
            self._local = _Local(self._make_context(*self._arguments))
        for item in items:
            yield function(self._local.context, item)

    def _map_in_processes(
        self, function: Callable[[Context, Item], Result], items: Iterator[Item]
    ) -> Iterator[Result]:
        chunks = iter(lambda: list(islice(items, CHUNK_SIZE)), [])
        pending: deque[Future[list[Result]]] = deque()
        for chunk in chunks:
            pending.append(self._submit(function, chunk))
            if len(pending) >= self._jobs * CHUNKS_AHEAD:
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()

    def _submit(
        self, function: Callable[[Context, Item], Result], chunk: list[Item]
    ) -> "Future[list[Result]]":
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self._jobs,
                multiprocessing.get_context("spawn"),
                _initialize,
                (self._make_context, self._arguments),
            )
        # Each call can start a process, which inherits the blocked signal. Ctrl-C must interrupt only this
        # process, which then ends the others.
        former = signal.pthread_sigmask(signal.SIG_BLOCK, [])
        try:
            # Inside `try`, because this call can raise KeyboardInterrupt after it has blocked the signal.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            return self._executor.submit(_call, function, chunk)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, former)


class _Local(NamedTuple, Generic[Context]):
    context: Context


# The context of a worker process. An executor has no other place for it.
_contexts: list[Any] = []


def _initialize(make_context: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Prepare a worker process for its tasks.

    Keep the result of `make_context(*arguments)`, which each task receives, and end this process when its
    parent process ends.
    """
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    _contexts.append(make_context(*arguments))
    collect_rarely()


def _exit_with_parent() -> None:
    """Make this process end when its parent process ends, even if the parent is killed."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _call(function: Callable[[Any, Item], Result], chunk: list[Item]) -> list[Result]:
    return [function(_contexts[0], item) for item in chunk]
