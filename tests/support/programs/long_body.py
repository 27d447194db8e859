"""The long response bodies that `tests.support.waiting` sends and tests compare."""

from functools import cache


@cache
def long_body(length: int) -> bytes:
    """Return `length` bytes of ascending numbers, so that tests notice a missing or misplaced part."""
    return b"".join(b"%9d\n" % number for number in range(length // 10 + 1))[:length]
