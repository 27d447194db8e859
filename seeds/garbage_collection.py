"""Run Python's garbage collector rarely while a command creates many objects that stay in use."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# The arguments of `gc.set_threshold`: the number of new objects that starts a collection, and the numbers of
# collections after which older objects are examined, too. Rows that wait to be written stay in use, so
# examining them again and again frees no memory.
THRESHOLDS = (50_000, 20, 50)


@contextmanager
def rare_collections() -> Iterator[None]:
    """In the `with` block, run the garbage collector rarely.

    It does not examine objects that were made before the block, such as modules.
    """
    previous = gc.get_threshold()
    collect_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*previous)
        gc.unfreeze()


def collect_rarely() -> None:
    """Run the garbage collector rarely in this process, and never examine the objects that exist now."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
