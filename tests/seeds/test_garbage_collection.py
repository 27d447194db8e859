"""Tests of `rare_collections`, which makes the garbage collector run seldom in a block of code."""

import gc

from seeds.garbage_collection import rare_collections


def test_the_garbage_collector_runs_seldom_only_inside_the_block() -> None:
    before = gc.get_threshold()

    with rare_collections():
        assert gc.get_threshold() > before
        assert gc.get_freeze_count() > 0

    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
