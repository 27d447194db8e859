"""Tests of the mentions of entities in an article, and of their offsets."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient, FlaskCliRunner

from tests.api.answers import get
from tests.api.invented_pages import HARBOUR, Page, load, slug_of, write_page
from tests.api.v1.test_entities import KEYS as ENTITY_KEYS
from tests.support.examples import SLUG


def text_at(article: Any, part: str, index: int | None) -> str:
    """Return a text of `article` from the part `part`, such as `body`.

    `index` is the number of a paragraph or takeaway, from 1. It is None if the part is a single text.
    """
    texts: dict[str, Any] = {
        "title": article["title"],
        "summary": article["summary"],
        "image": (article["image"] or {}).get("caption"),
        "takeaways": {each["position"]: each["text"] for each in article["takeaways"]},
        "analysis": dict(enumerate((article["analysis"] or {}).get("paragraphs", []), 1)),
        "body": {each["paragraph"]: each["text"] for each in article["body"]},
    }
    text: str = texts[part] if index is None else texts[part][index]
    return text


def test_every_mention_is_at_its_offsets(brief: Any, client: FlaskClient) -> None:
    found = {}
    for entity in get(client, f"/v1/articles/{SLUG}/entities?limit=100")["data"]:
        assert entity["mention_count"] == len(entity["mentions"])
        found[entity["name"]] = [mention["text"] for mention in entity["mentions"]]
        for mention in entity["mentions"]:
            assert list(mention) == ["part", "index", "start", "end", "text"]
            text = text_at(brief, mention["part"], mention["index"])
            assert text[mention["start"] : mention["end"]] == mention["text"]
    assert {name: len(texts) for name, texts in found.items()} == {
        each["name"]: each["mention_count"] for each in brief["entities"]
    }
    assert sorted(found["Sunrise"]) == ["Sunrise", "Sunrise", "Sunrise", "Xi Wang", "Xi Wang"]
    assert sorted(found["Ministry of Industry and Information Technology"]) == [
        "MIIT",
        "Ministry of Industry and Information Technology",
    ]


def test_offsets_count_code_points(client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path) -> None:
    # Two UTF-16 units, a combining mark, an emoji of several code points, a curly quote.
    before = "😀 cafe\u0301 👩‍🚀 ‘𝕏’ "
    page = Page(
        title="Shanghai Sends Its Lamps to the Outer Isles",
        summary=f"{before}Shanghai has sent eleven lamps to the isles, and they came over the sea by boat.",
        caption=f"{before}Shanghai harbour.",
        takeaways=(f"{before}Shanghai’s lamps were built to the old pattern.",),
        analysis=(
            f"{before}Shanghai has waited for longer than anybody cares to count, and it has paid for it.",
        ),
        body=(
            "The first lamp was lit at six, and a crowd stood on the quay until the last one answered it.",
            f"{before}Shanghai and (Shanghai) had carried the lenses over the pass by hand, with no road.",
        ),
    )
    load(runner, write_page(tmp_path, "page", page))
    slug = slug_of(page.title)
    article = get(client, f"/v1/articles/{slug}")
    (entity,) = get(client, f"/v1/articles/{slug}/entities")["data"]
    places = [(mention["part"], mention["index"]) for mention in entity["mentions"]]
    assert sorted(places, key=str) == [
        ("analysis", 1),
        ("body", 2),
        ("body", 2),
        ("image", None),
        ("summary", None),
        ("takeaways", 1),
        ("title", None),
    ]
    for mention in entity["mentions"]:
        text = text_at(article, mention["part"], mention["index"])
        assert text[mention["start"] : mention["end"]] == mention["text"] == "Shanghai"
    assert {m["start"] for m in entity["mentions"] if m["part"] in ("summary", "image")} == {len(before)}


def test_headings_byline_and_related_titles_have_no_mentions(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    page = Page(
        takeaways=("The lamps were built to the old pattern.",),
        heading="What Shanghai Means",
        signature=("Beijing Quill", "Guangdong Correspondent", "The Sunrise Post"),
        body=(
            "The first lamp was lit at six, and a crowd stood on the quay until the last one answered it.",
        ),
        related=("SpaceX Looks On",),
    )
    load(runner, write_page(tmp_path, "page", page))
    assert get(client, f"/v1/articles/{slug_of(HARBOUR)}")["entities"] == []


@pytest.mark.usefixtures("seeded")
def test_an_entity_of_an_article_has_all_fields_and_its_mentions(client: FlaskClient) -> None:
    (entity,) = (
        each for each in get(client, f"/v1/articles/{SLUG}/entities")["data"] if each["name"] == "Sunrise"
    )
    alone = get(client, "/v1/entities/sunrise")
    assert list(alone) == ENTITY_KEYS
    assert [key for key in entity if key in ENTITY_KEYS] == ENTITY_KEYS
    assert len(entity["mentions"]) == entity["mention_count"] == 5
    assert {key: entity[key] for key in ENTITY_KEYS} == alone
