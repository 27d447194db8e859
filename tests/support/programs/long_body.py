"""The long response bodies that `tests.support.waiting` sends and tests compare."""

from functools import cache


@cache
def long_body(length: int) -> bytes:
    """Return `length` bytes that differ from place to place."""
    return b"".join(b"%9d\n" % number for number in range(length // 10 + 1))[:length]
