"""Run the garbage collector of Python seldom while a command creates many objects that stay in use."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# New objects between two collections of the youngest objects, and the numbers of collections after which the
# older objects are examined too. Rows that wait to be written are objects in use, which the collector would
# examine again and again.
THRESHOLDS = (50_000, 20, 50)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Run the garbage collector seldom in the body of the `with` statement.

    Objects that exist at the beginning, such as modules, are not examined in the body.
    """
    previous = gc.get_threshold()
    collect_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*previous)
        gc.unfreeze()


def collect_rarely() -> None:
    """Run the garbage collector seldom in this process, and never examine the objects that exist now."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
