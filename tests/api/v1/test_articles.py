"""Tests of the JSON of an article. The articles are the brief in `seeds/documents` and invented pages."""

import hashlib
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient, FlaskCliRunner

from seeds.parsing.files import DOCUMENTS_FOLDER
from tests.api.answers import get
from tests.api.conftest import ClientWith
from tests.api.invented_pages import HARBOUR, Page, load, slug_of, write_page
from tests.support.examples import SLUG

DOCUMENT = DOCUMENTS_FOLDER / "000_873f17470df679e4.txt"
KEYS = [
    *("id", "slug", "title", "summary", "language", "byline", "image", "published_at", "created_at"),
    *("updated_at", "revision", "word_count", "reading_minutes", "story", "body", "analysis", "takeaways"),
    *("entities", "related", "source", "links"),
]
PARTS = ("body", "analysis", "takeaways", "entities", "related", "source")
# Name, type and number of mentions of each entity, counted by hand in the document.
NAMED = {
    ("China", "place", 7),
    ("Sunrise", "organization", 5),
    ("Beijing", "place", 3),
    ("AI+", "policy", 3),
    ("Green AI", "policy", 2),
    ("Ministry of Industry and Information Technology", "organization", 2),
    ("Shanghai", "place", 2),
    ("Guangdong", "place", 2),
    ("SpaceX", "organization", 1),
    ("CPC Central Committee", "organization", 1),
    ("State Council", "organization", 1),
}


def blocks() -> list[str]:
    """Return the text of the document in `seeds/documents`, split at blank lines."""
    return DOCUMENT.read_text(encoding="utf-8").split("\n\n")


def test_the_brief_has_its_headline_summary_and_picture(brief: Any) -> None:
    title, summary, caption, *_ = blocks()
    assert list(brief) == KEYS
    assert brief["slug"] == SLUG
    assert brief["title"] == title
    assert brief["summary"] == summary
    assert brief["image"] == {"caption": caption, "url": None}
    assert brief["language"] == "en"
    assert brief["published_at"] is None
    assert brief["revision"] == 1
    assert brief["created_at"] == brief["updated_at"]
    assert list(brief["byline"].items()) == [
        ("author", "China Daily Brief Editorial"),
        ("role", "Strategic Insight"),
        ("publication", "China Daily Brief"),
    ]


def test_the_brief_has_five_takeaways_without_their_numbers(brief: Any) -> None:
    (items,) = (block.splitlines() for block in blocks() if block.startswith("  •"))
    assert [each["text"] for each in brief["takeaways"]] == [item.removeprefix("  • ")[1:] for item in items]
    assert [each["position"] for each in brief["takeaways"]] == [1, 2, 3, 4, 5]
    assert brief["takeaways"][0]["text"].startswith("Central government mandates")
    for takeaway in brief["takeaways"]:
        assert list(takeaway) == ["id", "position", "text", "evidence"]


def test_the_brief_has_an_analysis_separate_from_the_body(brief: Any) -> None:
    after_desk = blocks()[blocks().index("Editor's\nDesk") + 1 :]
    heading, analysis, _, *body = after_desk[: after_desk.index("Share Article")]
    assert list(brief["analysis"].items()) == [
        ("desk", "Editor's Desk"),
        ("heading", heading),
        ("paragraphs", [analysis]),
    ]
    assert heading == "Strategic Analysis"
    assert brief["body"] == [{"paragraph": number, "text": text} for number, text in enumerate(body, 1)]
    assert len(brief["body"]) == 4
    words = sum(len(text.split()) for text in (analysis, *body))
    assert (brief["word_count"], brief["reading_minutes"]) == (words, 2)


def test_the_brief_mentions_its_entities(brief: Any) -> None:
    named = {(each["name"], each["type"], each["mention_count"]) for each in brief["entities"]}
    assert named >= NAMED
    assert len(named) <= len(NAMED) + 1
    for entity in brief["entities"]:
        assert list(entity) == ["id", "slug", "name", "type", "mention_count", "salience"]
        assert 0 <= entity["salience"] <= 1
    salience = [each["salience"] for each in brief["entities"]]
    assert salience == sorted(salience, reverse=True)
    assert [each["name"] for each in brief["entities"]][:2] == ["China", "Sunrise"]


def test_the_brief_has_no_related_links(brief: Any, client: FlaskClient) -> None:
    assert brief["related"] == []
    assert get(client, f"/v1/articles/{SLUG}/related")["data"] == []


def test_the_source_is_the_unchanged_document(brief: Any, client: FlaskClient) -> None:
    data = DOCUMENT.read_bytes()
    response = client.get(f"/v1/articles/{SLUG}/source")
    assert response.data == data
    assert response.mimetype == "text/plain"
    assert list(brief["source"].items()) == [
        ("name", DOCUMENT.name),
        ("sha256", hashlib.sha256(data).hexdigest()),
        ("bytes", len(data)),
    ]


def test_a_source_keeps_its_byte_order_mark_line_ends_and_control_characters(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    path = tmp_path / "page.txt"
    data = b"\xef\xbb\xbf" + Page().text().replace("\n", "\r\n").encode() + b"\r\n\r\n"
    path.write_bytes(data)
    load(runner, path)
    assert client.get(f"/v1/articles/{slug_of(HARBOUR)}/source").data == data
    assert get(client, f"/v1/articles/{slug_of(HARBOUR)}")["title"] == HARBOUR


def test_text_is_utf8_and_not_escaped(client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path) -> None:
    words = "The keeper’s lamp — “北京” and 😀 — was lit again by all on the quay, <b>at once</b> & for good."
    load(runner, write_page(tmp_path, "page", Page(summary=words)))
    for path in (f"/v1/articles/{slug_of(HARBOUR)}", "/v1/articles"):
        response = client.get(path)
        assert words.encode() in response.data
        assert b"\\u" not in response.data


def test_missing_values_are_null_or_empty_and_their_keys_are_present(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    path = write_page(tmp_path, "page", Page(caption=None, analysis=(), signature=("The Lantern Post",)))
    load(runner, path)
    article = get(client, f"/v1/articles/{slug_of(HARBOUR)}")
    assert list(article) == KEYS
    for key in ("image", "analysis", "published_at"):
        assert article[key] is None
    assert article["related"] == []
    assert article["byline"] == {"author": None, "role": None, "publication": "The Lantern Post"}
    (item,) = get(client, "/v1/articles")["data"]
    assert item == {key: article[key] for key in KEYS if key not in PARTS}


def test_a_page_without_signature_and_summary_is_served_with_nulls(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    page = Page(summary=None, caption=None, analysis=(), signature=(), takeaways=("One.", "Two."))
    result = runner.invoke(args=["seed", "load", str(write_page(tmp_path, "page", page))])
    assert result.exit_code == 0, result.output
    article = get(client, f"/v1/articles/{slug_of(HARBOUR)}")
    assert article["byline"] is None
    assert article["summary"] is None


def test_a_sidecar_adds_fields_that_the_page_lacks(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    sidecar = {
        "published_at": "2026-04-21T11:30:00.25+02:00",
        "image_url": "https://example.org/lamp.jpg",
        "language": "en-GB",
        "slug": "lamps",
    }
    load(runner, write_page(tmp_path, "page", Page(), **sidecar))
    article = get(client, "/v1/articles/lamps")
    assert article["published_at"] in ("2026-04-21T09:30:00.25Z", "2026-04-21T09:30:00.250000Z")
    assert article["image"] == {"caption": Page().caption, "url": "https://example.org/lamp.jpg"}
    assert article["language"] == "en-GB"
    assert article["links"] == {
        "self": "/v1/articles/lamps",
        **{part: f"/v1/articles/lamps/{part}" for part in ("takeaways", "entities", "related", "source")},
        "revisions": "/v1/articles/lamps/revisions",
    }


def test_a_list_item_is_the_article_without_its_parts(brief: Any, client: FlaskClient) -> None:
    (item,) = get(client, "/v1/articles")["data"]
    assert list(item) == [key for key in KEYS if key not in PARTS]
    assert item == {key: brief[key] for key in item}


def test_the_parts_of_an_article_are_the_same_as_their_own_resources(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    load(runner, write_page(tmp_path, "page", Page(related=("Nobody Wrote This", "Nor This"))))
    path = f"/v1/articles/{slug_of(HARBOUR)}"
    article = get(client, path)
    takeaways = get(client, f"{path}/takeaways")["data"]
    assert [{key: each[key] for key in article["takeaways"][0]} for each in takeaways] == article["takeaways"]
    assert get(client, f"{path}/related")["data"] == article["related"]
    assert [each["title"] for each in article["related"]] == ["Nobody Wrote This", "Nor This"]
    entities = {each["slug"]: each for each in get(client, f"{path}/entities")["data"]}
    assert set(entities) == {each["slug"] for each in article["entities"]}
    for each in article["entities"]:
        assert each.items() - {("salience", each["salience"])} <= {
            (key, value) for key, value in entities[each["slug"]].items() if isinstance(value, str | int)
        }


def test_every_link_of_an_article_begins_with_the_base_url(
    client_with: ClientWith, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    other = "Ferries Sail Again After the Storm"
    write_page(tmp_path, "harbour", Page(related=(other, "Nobody Wrote This")))
    load(runner, write_page(tmp_path, "ferry", Page(title=other)), tmp_path)
    base = "https://api.example.org/briefs"
    article = get(client_with(BRIEFS_BASE_URL=base), f"/v1/articles/{slug_of(HARBOUR)}")
    links = [article["links"], *(link["links"] for link in article["related"])]
    found = [url for each in links for url in each.values()]
    assert found.count(None) == 1
    assert len(found) == 12
    for url in found:
        assert url is None or url.startswith(f"{base}/v1/")
