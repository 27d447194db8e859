"""Tests of the pool of worker processes."""

import os
import signal
import time
from collections.abc import Collection
from pathlib import Path

import pytest

from seeds.preparing.worker_pool import CHUNK_SIZE, WorkerPool

JOBS = 2
# Seconds to wait for the start of all processes.
DEADLINE = 60


def record_mask(folder: Path) -> Path:
    """Write to `folder` whether SIGINT is blocked in this process, and return `folder`.

    Wait until all processes have written, so that no process does the work of two.
    """
    is_blocked = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    (folder / str(os.getpid())).write_text("blocked" if is_blocked else "open", encoding="utf-8")
    deadline = time.monotonic() + DEADLINE
    while len(list(folder.iterdir())) < JOBS and time.monotonic() < deadline:
        time.sleep(0.01)
    return folder


def same_item(_folder: Path, item: int) -> int:
    return item


def test_every_worker_process_has_sigint_blocked_and_this_process_has_not(tmp_path: Path) -> None:
    items = range(JOBS * CHUNK_SIZE)
    with WorkerPool(JOBS, record_mask, (tmp_path,), min_items=1) as pool:
        assert list(pool.map(same_item, items)) == list(items)
    assert [each.read_text(encoding="utf-8") for each in tmp_path.iterdir()] == ["blocked"] * JOBS
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_ctrl_c_while_sigint_is_being_blocked_leaves_it_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_mask = signal.pthread_sigmask

    def interrupted(how: int, signals: Collection[int]) -> Collection[int]:
        former = set_mask(how, signals)
        if signal.SIGINT in signals and how == signal.SIG_BLOCK:
            raise KeyboardInterrupt
        return former

    with WorkerPool(JOBS, record_mask, (tmp_path,), min_items=1) as pool, monkeypatch.context() as patch:
        patch.setattr(signal, "pthread_sigmask", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(pool.map(same_item, range(CHUNK_SIZE)))
    assert signal.SIGINT not in set_mask(signal.SIG_BLOCK, [])
