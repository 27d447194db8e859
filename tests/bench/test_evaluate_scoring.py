"""Tests of the scores that `bench.evaluate` gives to fields, entities, mentions and links."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.evaluate.entities import EntityResult, match_entities, measure_entities, read_entity
from bench.evaluate.fields import measure_fields
from bench.evaluate.gold import Gold, normalize_name, normalize_text, read_samples
from bench.evaluate.links import measure_links
from bench.evaluate.scores import Score, difference
from tests.bench.samples import annotated_entity, article, extracted_entity, link, mention, page_annotations

ILSE = annotated_entity("Port Ilse", "Ilse", mentions=2)


def test_an_empty_score_has_no_measures() -> None:
    assert (Score().precision, Score().recall, Score().f1) == (None, None, None)
    score = Score(hits=3, spurious=1) + Score(missed=3)
    assert (score.precision, score.recall, score.f1) == (0.75, 0.5, 0.6)


def test_texts_are_compared_with_normalized_spaces_and_quotation_marks() -> None:
    assert normalize_text("  one\u00a0two\n ‘three’ “four”") == "one two 'three' \"four\""


@pytest.mark.parametrize("name", ["the Ilse", "The Ilse", "Ilse's", "Ilse’s", "Ilse"])
def test_names_are_compared_without_article_and_possessive(name: str) -> None:
    assert normalize_name(name) == "Ilse"


def test_a_name_keeps_letters_that_only_resemble_an_article_or_a_possessive() -> None:
    assert [normalize_name(name) for name in ("Theory", "People's Bank", "the", "Angeles'")] == [
        "Theory",
        "People's Bank",
        "the",
        "Angeles",
    ]


def test_annotations_can_use_a_synonym_of_policy(tmp_path: Path) -> None:
    entity = {"name": "The Tide Act", "type": "programme_or_policy", "aliases": ["TTA’s"], "required": False}
    for name, text in (("documents/a.txt", ""), ("gold/a.json", json.dumps({"entities": [entity]}))):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    (read,) = read_samples(tmp_path).gold["a.txt"].entities or ()
    assert (set(read.types), set(read.forms)) == ({"policy"}, {"Tide Act", "TTA"})
    assert (read.mentions, read.required) == (None, False)


def test_a_field_is_correct_or_wrong_and_is_not_counted_if_empty_on_both_sides() -> None:
    expected = Gold({"title": ("One",), "summary": ("Two",), "body": (), "byline": ()}, None, frozenset())
    result = measure_fields("a.txt", expected, {"title": ("One",), "summary": ("Too",), "byline": ("Me",)})
    assert result.fields == Score(hits=1, spurious=2, missed=1)
    assert [fault.name for fault in result.faults] == ["summary", "byline"]


def test_takeaways_are_also_counted_one_by_one() -> None:
    expected = Gold({"takeaways": ("One", "Two", "Three")}, None, frozenset())
    result = measure_fields("a.txt", expected, {"takeaways": ("One", "Three", "Three")})
    assert (result.fields, result.takeaways) == (Score(0, 1, 1), Score(2, 1, 1))


def test_a_difference_shows_the_texts_around_the_first_difference() -> None:
    one, other = difference(("x" * 50 + "one",), ("x" * 50 + "two",))
    assert (one, other) == (f"…{'x' * 20}one", f"…{'x' * 20}two")
    assert difference(("One",), ()) == ("One", "-")


@pytest.mark.parametrize(
    "entity",
    [
        extracted_entity("Port Ilse"),
        extracted_entity("Ilse"),
        extracted_entity("Harbour of Ilse", "the Ilse's"),
        extracted_entity("Ilse’s"),
    ],
)
def test_an_entity_matches_by_any_of_its_forms(entity: Any) -> None:
    assert match_entities(page_annotations(ILSE), [entity]).score == Score(hits=1)


def test_an_entity_of_the_wrong_type_is_a_miss_and_a_false_positive() -> None:
    entity = extracted_entity("Ilse", kind="person")
    assert match_entities(page_annotations(ILSE), [entity]).score == Score(spurious=1, missed=1)
    assert match_entities(page_annotations(ILSE), [entity], typed=False).score == Score(hits=1)


def test_an_annotated_entity_matches_once_and_prefers_the_same_name() -> None:
    second, first = extracted_entity("Ilse", mentions=2), extracted_entity("Port Ilse", mentions=9)
    result = match_entities(page_annotations(ILSE), [second, first])
    assert (result.hits, result.spurious) == (((ILSE, first),), (second,))


def test_an_extracted_entity_matches_one_annotated_entity() -> None:
    both = extracted_entity("Ilse", "Aldemar")
    assert match_entities(page_annotations(ILSE, annotated_entity("Aldemar")), [both]).score == Score(
        hits=1, missed=1
    )


def test_optional_and_ignored_entities_are_not_errors() -> None:
    optional = annotated_entity("Aldemar", required=False)
    entities = [
        extracted_entity("Aldemar", kind="person"),
        extracted_entity("Aldemar"),
        extracted_entity("The Ledger"),
    ]
    assert match_entities(page_annotations(optional, ignored=("Ledger",)), entities).score == Score()
    assert match_entities(page_annotations(optional), []).score == Score()


def measured(*mentions: dict[str, Any], kind: str = "place") -> EntityResult:
    item = {"name": "Port Ilse", "type": kind, "mentions": list(mentions)}
    return measure_entities("a.txt", page_annotations(ILSE), [item], article())


def test_a_number_of_mentions_may_differ_by_one_and_offsets_are_checked() -> None:
    result = measured(mention(13, 22, "Port Ilse"))
    assert (result.counts.value, result.misplaced.part, result.misplaced.total) == (1, 0, 1)
    assert result.faults == ()


def test_too_many_mentions_are_reported() -> None:
    result = measured(*[mention(29, 33, "Ilse")] * 4)
    assert result.counts.value == 0
    assert [fault.line for fault in result.faults] == ["a.txt: mentions: Port Ilse: expected 2, got 4"]


@pytest.mark.parametrize(
    "wrong",
    [
        mention(14, 23, "Port Ilse"),
        mention(13, 22, "Ilse"),
        mention(13, 22, "Port Ilse", index=2),
        mention(13, 22, "Port Ilse", part="title", index=None),
        mention(13, 22, "Port Ilse", part="summary", index=None),
        mention(-28, -19, "Port Ilse"),
        mention(13, 13, ""),
    ],
)
def test_a_mention_with_wrong_offsets_is_reported(wrong: dict[str, Any]) -> None:
    assert measured(wrong).misplaced.part == 1


def test_errors_of_entities_name_the_expected_and_the_actual_type() -> None:
    wrong_type = measured(mention(13, 22, "Port Ilse"), kind="person")
    assert [fault.line for fault in wrong_type.faults] == [
        "a.txt: entity missed: Port Ilse: expected place, got person",
        "a.txt: entity spurious: Port Ilse: expected place, got person",
    ]
    again = measure_entities(
        "a.txt", page_annotations(ILSE), [_item("Port Ilse"), _item("Ilse"), _item("Renn")], None
    )
    assert [fault.line for fault in again.faults if fault.kind != "mentions"] == [
        "a.txt: entity again: Ilse: expected place, got place",
        "a.txt: entity spurious: Renn: expected -, got place",
    ]


def _item(name: str) -> dict[str, Any]:
    return {"name": name, "type": "place", "mentions": []}


def test_the_forms_of_an_extracted_entity_are_its_name_and_its_mentions() -> None:
    item = {"name": "Port Ilse", "type": "place", "mentions": [mention(29, 35, "Ilse’s")]}
    assert read_entity(item) == extracted_entity("Port Ilse", "Ilse")


def test_only_links_with_a_score_and_a_target_are_counted() -> None:
    items = [
        link("b", 0.5),
        link("c", None, "listed"),
        link("d", 0.9, "listed"),
        link(None, 0.3),
        link("b", 0.2),
    ]
    result = measure_links("a", frozenset("bc"), items)
    assert result.score == Score(hits=1, spurious=1, missed=1)
    assert [fault.line for fault in result.faults] == [
        "a: link missed: c: expected related, got -",
        "a: link spurious: d: expected -, got 0.900",
    ]


def test_precision_at_five_uses_the_best_five_links() -> None:
    items = [link(name, score / 10) for score, name in enumerate("bcwxyz", 1)]
    assert measure_links("a", frozenset("bc"), items).precision_at_cutoff == 0.5
    assert measure_links("a", frozenset("bcdefgh"), items[:2]).precision_at_cutoff == 0.4


def test_each_link_of_a_page_without_related_pages_is_an_error() -> None:
    result = measure_links("a", frozenset(), [link("b", 0.5)])
    assert (result.score, result.precision_at_cutoff) == (Score(spurious=1), None)
