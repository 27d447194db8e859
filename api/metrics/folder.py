"""The folder with the metrics of all processes, which the master process of gunicorn creates and removes.

The package prometheus-client writes to this folder. Before its import, PROMETHEUS_MULTIPROC_DIR must be set.
The folder is empty at the start of the service. Reloads and upgrades (USR2) keep it.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import mark_process_dead

# The environment variable of prometheus-client that contains the path of the folder.
MULTIPROCESS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
PRIVATE_PREFIX = f"briefs-metrics-{os.getuid()}-"
# The prefix of a private folder that is not locked yet.
NEW_PREFIX = f"new-{PRIVATE_PREFIX}"
MEMORY = Path("/dev/shm")  # noqa: S108
# Each master process of gunicorn that uses the folder holds a shared lock on this file.
LOCK_FILE = "master.lock"
# The process id in the names of the files that contain the sums of all processes that have ended.
ARCHIVE = 0


class FolderInUseError(Exception):
    """An error for a folder of metric files that a different service uses."""


def open_folder(configured: str, inherited: str | None = None) -> Path:
    """Open an empty folder for metric files, lock it for this process, and return its path.

    Args:
        configured: The value of BRIEFS_METRICS_DIR. If empty, a private temporary folder is used.
        inherited: The folder of the master process that this process replaces, or None. Unless `configured`
            is a different folder, this folder is shared and not emptied.

    Raises:
        FolderInUseError: A different service uses the folder.
        OSError: The folder cannot be created or written.
    """
    shared = Path(inherited) if inherited and configured in ("", inherited) else None
    if shared and shared.is_dir():
        _lock(shared, fcntl.LOCK_SH)
        return shared
    if not configured:
        return _make_private_folder()
    folder = Path(configured)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = _lock(folder, fcntl.LOCK_EX)
    _remove_files(folder)
    fcntl.lockf(descriptor, fcntl.LOCK_SH)
    return folder


def restore_folder(folder: Path) -> None:
    """Create `folder` again and lock it for this process, if it or its lock file was removed.

    Raises:
        FolderInUseError: A different service has begun to use the folder.
        OSError: The folder cannot be created or written.
    """
    if not (folder / LOCK_FILE).exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _lock(folder, fcntl.LOCK_SH)


def close_folder(folder: Path) -> None:
    """Remove the metric files in `folder`, unless a new master process uses them.

    A private folder, which `open_folder` made because none was configured, is removed too.
    """
    try:
        descriptor = _lock(folder, fcntl.LOCK_EX)
    except (FolderInUseError, OSError):
        return
    if folder.name.startswith(PRIVATE_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)
    else:
        _remove_files(folder)
    os.close(descriptor)


def archive_process(folder: Path, pid: int) -> None:
    """Add the counters of the ended process `pid` to files that all ended processes share (the archive).

    The files of the process are then removed. Otherwise, each replaced worker would leave files that every
    scrape must read.
    """
    mark_process_dead(pid, str(folder))
    # If a reader holds the lock for long, the files of `pid` are not moved. The master process must not wait.
    with suppress(BlockingIOError), _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
        for path in folder.glob(f"*_{pid}.db"):
            archive = MmapedDict(str(folder / f"{path.stem.rpartition('_')[0]}_{ARCHIVE}.db"))
            for key, value, *_ in MmapedDict.read_all_values_from_file(str(path)):
                archive.write_value(key, archive.read_value(key)[0] + value, 0.0)
            archive.close()
            path.unlink()


def ended_processes(folder: Path) -> set[int]:
    """Return the ids of the processes that have files in `folder` and do not exist any more."""
    pids = {int(path.stem.rpartition("_")[2]) for path in folder.glob("*_*.db")} - {ARCHIVE}
    return {pid for pid in pids if not _exists(pid)}


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # A process of a different user has the same id.
        return True
    return True


@contextmanager
def lock_to_read(folder: Path) -> Iterator[None]:
    """In the `with` block, let no other process create or move files in `folder`.

    A process that creates a file waits until the block ends. A process that archives an ended process does
    not wait, and keeps its files.
    """
    with _locked(folder, fcntl.LOCK_SH):
        yield


@contextmanager
def lock_to_create(folder: Path | None) -> Iterator[None]:
    """In the `with` block, let no other process read or create files in `folder`.

    The other process waits until the block ends. If `folder` is None, do nothing.
    """
    # A reader fails on a file that is still empty.
    with _locked(folder, fcntl.LOCK_EX) if folder else nullcontext():
        yield


@contextmanager
def _locked(folder: Path, operation: int) -> Iterator[None]:
    descriptor = None
    # If the folder was removed, there are no files to protect.
    with suppress(FileNotFoundError):
        descriptor = os.open(folder, os.O_RDONLY)
    try:
        if descriptor is not None:
            fcntl.flock(descriptor, operation)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _lock(folder: Path, operation: int) -> int:
    """Lock the lock file of `folder` for this process, and return its open file descriptor.

    The lock ends when the descriptor is closed or the process ends. `operation` is `fcntl.LOCK_SH` or
    `fcntl.LOCK_EX`.

    Raises:
        FolderInUseError: A different process holds a conflicting lock.
    """
    # Child processes do not inherit the lock, so it ends with this process.
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.lockf(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise FolderInUseError from None
    return descriptor


def _make_private_folder() -> Path:
    # Files in memory need no disk writes.
    root = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    # Remove the folders of master processes that were killed.
    for abandoned in root.glob(f"{PRIVATE_PREFIX}*"):
        close_folder(abandoned)
    folder = Path(tempfile.mkdtemp(prefix=NEW_PREFIX, dir=root))
    _lock(folder, fcntl.LOCK_SH)
    # A different service that starts now can only remove the folder after it has its final name.
    return folder.rename(folder.with_name(folder.name.removeprefix("new-")))


def _remove_files(folder: Path) -> None:
    for path in folder.glob("*.db"):
        path.unlink(missing_ok=True)
