"""Tests of `ResolvedLink`: it records whether its score or its reasons have changed.

A `ResolvedLink` is a link between two articles that a command holds in memory.
"""

from uuid import UUID

from seeds.linking.link_table import ResolvedLink

REASONS = [["term", "weir"]]


def test_a_link_that_keeps_its_score_and_reasons_is_unchanged() -> None:
    for score, reasons in ((None, []), (0.5, REASONS)):
        link = ResolvedLink(1, UUID(int=1), score=score, reasons=[*reasons])
        link.set_score(score, [*reasons])
        assert not link.has_changed


def test_a_link_without_a_score_is_unchanged_if_it_gets_none() -> None:
    link = ResolvedLink(1, UUID(int=1))
    link.set_score(None, [])
    assert not link.has_changed


def test_a_link_with_a_different_score_or_different_reasons_has_changed() -> None:
    for score, reasons in ((0.5, []), (0.25, REASONS), (None, [])):
        link = ResolvedLink(1, UUID(int=1), score=0.5, reasons=REASONS)
        link.set_score(score, reasons)
        assert (link.has_changed, link.score, link.reasons) == (True, score, reasons)
