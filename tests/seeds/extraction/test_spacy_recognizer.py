"""Tests of finding names with a spaCy pipeline. They are skipped if spaCy is not installed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api.text_folding import fold_characters
from seeds.extraction.extractor import recognize_nothing
from seeds.extraction.mentions import FoundEntity, find_entities
from seeds.extraction.spacy_recognizer import NAME, ModelError, load_recognizer
from seeds.parsing.page import parse
from tests.seeds.documents import Page
from tests.support.extraction import make_matcher


@pytest.fixture
def model(tmp_path: Path) -> str:
    """Return the path of a spaCy pipeline that recognizes a few names."""
    spacy: Any = pytest.importorskip("spacy")
    pipeline = spacy.blank("en")
    known = {"lanterns of Brevik": "ORG", "the Quill's": "WORK_OF_ART", "Noon": "TIME", "Fog": "LAW"}
    pipeline.add_pipe("entity_ruler").add_patterns(
        [{"label": label, "pattern": pattern} for pattern, label in known.items()]
    )
    pipeline.to_disk(tmp_path / "model")
    return str(tmp_path / "model")


def extracted(model: str, *body: str) -> dict[str, FoundEntity]:
    """Return the entities on a page with the paragraphs `body`, by name.

    The spaCy pipeline at the path `model` helps to find them.
    """
    page = Page(
        "What happened at the harbour", None, None, (), "It matters", ("Nothing is said.",), body=body
    )
    document = parse(page.text.encode(), "page.txt")
    return {one.entity.name: one for one in find_entities(document, make_matcher((), load_recognizer(model)))}


def test_without_a_model_the_recognizer_finds_nothing() -> None:
    assert load_recognizer("") is recognize_nothing


def test_a_name_that_the_pipeline_recognizes_is_an_entity(model: str) -> None:
    found = extracted(model, "They blamed the lanterns of Brevik for it, and the lanterns of Brevik left.")
    lanterns = found["lanterns of Brevik"]
    assert lanterns.entity.type == "organization"
    assert [mention.text for mention in lanterns.mentions] == ["lanterns of Brevik"] * 2


def test_the_pipeline_decides_if_rules_do_not(model: str) -> None:
    assert extracted("", "They left it to Fog again there.").get("Fog") is None
    assert extracted(model, "They left it to Fog again there.")["Fog"].entity.type == "policy"


def test_an_article_and_a_possessive_are_not_part_of_a_name(model: str) -> None:
    assert extracted(model, "They read the Quill's pages again.").keys() == {"Quill"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Quill", "Quill"),
        ("The Quill", "Quill"),
        ("‘The Quill’", "Quill"),
        ("“Quill", "Quill"),
        ("Quill’s", "Quill"),
        ("Quills'", "Quills"),
        ("U.S.", "U.S."),
        ("the AI+ (", "AI+"),
        ("The", "The"),
        ("深企", "深企"),
    ],
)
def test_marks_around_a_name_are_not_part_of_it(text: str, name: str) -> None:
    match = NAME.fullmatch(fold_characters(text))
    assert match is not None
    assert match.group(1) == name


def test_dates_and_amounts_are_not_entities(model: str) -> None:
    assert list(load_recognizer(model)("It was Noon.")) == []


def test_a_model_that_cannot_be_loaded_gives_a_one_line_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^BRIEFS_SPACY_MODEL: .*nowhere cannot be loaded: .+$"):
        load_recognizer(str(tmp_path / "nowhere"))


def test_a_model_that_cannot_be_loaded_stops_the_command(app: Flask) -> None:
    app.config["BRIEFS_SETTINGS"] = replace(app.config["BRIEFS_SETTINGS"], spacy_model="nowhere")
    result = app.test_cli_runner().invoke(args=["seed", "load"])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: BRIEFS_SPACY_MODEL: nowhere cannot be loaded: ")
    assert result.stderr.count("\n") == 1
