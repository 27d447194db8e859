"""Tests of the three further formats of an article in the API: Markdown, JSON-LD and ninjs."""

from pathlib import Path
from typing import Any

import orjson
import pytest
import rdflib
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from jsonschema import Draft202012Validator
from rdflib.namespace import RDF

from seeds.identifiers import is_slug
from seeds.parsing.files import DOCUMENTS_FOLDER
from tests.api.answers import assert_problem, get
from tests.api.conftest import ClientWith
from tests.api.invented_pages import HARBOUR, Page, load, slug_of, write_page
from tests.api.specification import FORMATS, faults, operation_of_path, schema_validator, specification_of
from tests.api.v1.forms.ninjs_schema import NINJS_SCHEMA
from tests.seeds.documents import seed

SLUG = slug_of(HARBOUR)
# Nothing in these tests depends on the engine.
on_one_engine = pytest.mark.parametrize("engine", ["sqlite"])
TYPES = {
    ".md": "text/markdown; charset=utf-8; variant=CommonMark",
    ".jsonld": "application/ld+json",
    ".ninjs": "application/json",
}
SIDECAR = {
    "url": "https://lantern.example/harbour",
    "published_at": "2026-04-21T09:30:00Z",
    "image_url": "https://lantern.example/lamp.jpg",
    "language": "en-GB",
}
SCHEMA_ORG = rdflib.Namespace("https://schema.org/")
# The terms of the context of schema.org that the JSON-LD uses, so that the test needs no network.
CONTEXT = {
    "@vocab": str(SCHEMA_ORG),
    **{term: {"@type": "@id"} for term in ("url", "sameAs", "mainEntityOfPage")},
    **{term: {"@type": "DateTime"} for term in ("datePublished", "dateModified")},
}


@pytest.fixture
def harbour(client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path) -> Any:
    """Load three articles, and return the JSON of the first.

    The first has all fields and a related link to the second. The third is the document in `seeds/documents`.
    """
    other = "Ferries Sail Again After the Storm"
    write_page(tmp_path, "ferry", Page(title=other))
    write_page(tmp_path, "harbour", Page(related=(other, "Nobody Wrote This")), **SIDECAR)
    load(runner, DOCUMENTS_FOLDER, tmp_path)
    return get(client, f"/v1/articles/{SLUG}")


@pytest.mark.usefixtures("harbour")
def test_the_suffix_of_the_path_selects_the_form_and_accept_does_not(client: FlaskClient) -> None:
    for suffix, content_type in TYPES.items():
        address = f"/v1/articles/{SLUG}{suffix}"
        response = client.get(address)
        assert response.headers["Content-Type"] == content_type
        for accept in ("*/*", content_type, "text/html;q=0.5, */*;q=0.1"):
            assert client.get(address, headers={"Accept": accept}).data == response.data
            assert client.get(f"/v1/articles/{SLUG}", headers={"Accept": accept}).status_code in (200, 406)
        assert_problem(client.get(address, headers={"Accept": "image/png"}), 406)
        plain = client.get(
            f"/v1/articles/{SLUG}", headers={"Accept": "text/markdown, application/ld+json, */*"}
        )
        assert plain.mimetype == "application/json"


@on_one_engine
def test_a_form_has_the_same_content_by_id_and_by_slug(client: FlaskClient, harbour: Any) -> None:
    for suffix in TYPES:
        by_slug = client.get(f"/v1/articles/{SLUG}{suffix}")
        for reference in (harbour["id"], harbour["id"].upper()):
            assert client.get(f"/v1/articles/{reference}{suffix}").data == by_slug.data


@on_one_engine
@pytest.mark.usefixtures("harbour")
def test_a_form_has_a_strong_etag_in_each_coding_and_is_not_sent_again(client: FlaskClient) -> None:
    for suffix in TYPES:
        etags = set()
        for coding in ("gzip", "identity"):
            headers = {"Accept-Encoding": coding}
            response = client.get(f"/v1/articles/{SLUG}{suffix}", headers=headers)
            etag = response.headers["ETag"]
            assert etag.startswith('"')
            etags.add(etag)
            again = client.get(f"/v1/articles/{SLUG}{suffix}", headers=headers | {"If-None-Match": etag})
            assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
        assert len(etags) == 2


@on_one_engine
@pytest.mark.usefixtures("harbour")
def test_no_slug_contains_a_dot_and_no_other_suffix_is_a_form(client: FlaskClient) -> None:
    assert not is_slug("harbour.md")
    for suffix in (".txt", ".json", ".MD", ".md.md", ".", ".jsonl"):
        assert_problem(client.get(f"/v1/articles/{SLUG}{suffix}"), 404)


def test_a_load_reads_the_markdown_back_as_the_same_article(
    app: Flask, client: FlaskClient, harbour: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "markdown"
    folder.mkdir()
    (folder / "any-name.md").write_bytes(client.get(f"/v1/articles/{SLUG}.md").data)
    result = seed(app, folder)
    assert result.exit_code == 0, result.output
    assert "0 created, 1 updated, 0 unchanged" in result.output
    assert "warning" not in result.output
    again = get(client, f"/v1/articles/{SLUG}")
    changed = {"updated_at", "revision", "source", "related"}
    assert {name for name in harbour if again[name] != harbour[name]} <= changed
    first, second = (get(client, f"/v1/articles/{SLUG}/revisions/{number}") for number in (1, 2))
    assert second["fields"] == ["source"]
    assert second["related"] == first["related"]


@on_one_engine
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.usefixtures("harbour")
def test_rdflib_reads_the_json_ld_as_a_news_article_of_schema_org(client: FlaskClient) -> None:
    for address in (f"/v1/articles/{SLUG}", next(_addresses(client, "sunrise"))):
        article = get(client, address)
        answer = orjson.loads(client.get(f"{address}.jsonld").data)
        assert answer["@context"] == "https://schema.org"
        graph = rdflib.Graph()
        graph.parse(
            data=orjson.dumps(answer | {"@context": CONTEXT}), format="json-ld", publicID="http://a.example/"
        )
        (node,) = graph.subjects(RDF.type, SCHEMA_ORG.NewsArticle)
        assert str(node) == f"urn:uuid:{article['id']}"
        assert str(graph.value(node, SCHEMA_ORG.headline)) == article["title"]
        assert str(graph.value(node, SCHEMA_ORG.url)) == f"http://a.example/browse/articles/{article['slug']}"
        assert {str(each) for each in graph.objects(node, SCHEMA_ORG.abstract)} == {
            takeaway["text"] for takeaway in article["takeaways"]
        }
        (analysis,) = graph.subjects(RDF.type, SCHEMA_ORG.AnalysisNewsArticle)
        assert graph.value(node, SCHEMA_ORG.hasPart) == analysis
        assert str(graph.value(analysis, SCHEMA_ORG.headline)) == article["analysis"]["heading"]
        story = graph.value(node, SCHEMA_ORG.isPartOf)
        assert str(story) == f"urn:uuid:{article['story']['id']}"
        entities = {*graph.objects(node, SCHEMA_ORG.about), *graph.objects(node, SCHEMA_ORG.mentions)}
        assert {str(each) for each in entities} == {f"urn:uuid:{each['id']}" for each in article["entities"]}


@pytest.mark.usefixtures("harbour")
def test_the_json_ld_names_the_same_entities_in_other_sources(client: FlaskClient) -> None:
    address = next(_addresses(client, "shanghai"))
    answer = orjson.loads(client.get(f"{address}.jsonld").data)
    same_as = get(client, "/v1/entities/shanghai")["same_as"]
    assert same_as
    by_name = {each["name"]: each for each in (*answer["about"], *answer["mentions"])}
    assert by_name["Shanghai"]["sameAs"] == same_as


@on_one_engine
def test_the_json_ld_has_the_documented_shape(app: Flask, client: FlaskClient, harbour: Any) -> None:
    schema = operation_of_path(app, "/v1/articles/{article}.jsonld")["responses"]["200"]["content"]
    validator = schema_validator(specification_of(app), schema["application/ld+json"]["schema"])
    for slug in (SLUG, harbour["related"][0]["target"]["slug"]):
        answer = orjson.loads(client.get(f"/v1/articles/{slug}.jsonld").data)
        assert faults(validator, answer) == []


@on_one_engine
@pytest.mark.usefixtures("harbour")
def test_every_article_is_a_valid_ninjs_item(client: FlaskClient) -> None:
    validator = Draft202012Validator(NINJS_SCHEMA, format_checker=FORMATS)
    for address in _addresses(client):
        response = client.get(f"{address}.ninjs")
        assert faults(validator, orjson.loads(response.data)) == []
        assert 'rel="describedby"' in response.headers["Link"]


@on_one_engine
def test_a_ninjs_item_has_the_texts_and_entities_of_the_article(client: FlaskClient, harbour: Any) -> None:
    item = orjson.loads(client.get(f"/v1/articles/{SLUG}.ninjs").data)
    assert item["uri"] == f"urn:uuid:{harbour['id']}"
    assert item["headlines"][0]["value"] == HARBOUR
    assert item["by"] == "Mara Quill, Coast Correspondent"
    assert item["contentCreated"] == SIDECAR["published_at"]
    texts = {each["role"]: each["value"] for each in (*item["descriptions"], *item["bodies"])}
    assert texts["summary"] == harbour["summary"]
    assert texts["main"] == "\n\n".join(each["text"] for each in harbour["body"])
    assert texts["analysis"].startswith("What the Lamps Mean\n\n")
    names = {each["name"] for array in ("people", "organisations", "places") for each in item.get(array, [])}
    assert names == {each["name"] for each in harbour["entities"]}
    associated = {each["name"]: each for each in item["associations"]}
    assert associated["image"]["renditions"][0]["href"] == SIDECAR["image_url"]
    assert associated["story"]["uri"] == f"urn:uuid:{harbour['story']['id']}"
    assert associated["related-1"]["headlines"][0]["value"] == "Ferries Sail Again After the Storm"


@on_one_engine
@pytest.mark.usefixtures("harbour")
def test_addresses_in_forms_begin_with_the_base_url(client_with: ClientWith) -> None:
    client = client_with(BRIEFS_BASE_URL="https://briefs.example.org")
    answer = orjson.loads(client.get(f"/v1/articles/{SLUG}.jsonld").data)
    page = f"https://briefs.example.org/browse/articles/{SLUG}"
    assert answer["url"] == answer["mainEntityOfPage"] == page
    for each in (answer["isPartOf"], *answer["about"], *answer["mentions"]):
        assert each["url"].startswith("https://briefs.example.org/browse/")


def _addresses(client: FlaskClient, entity: str = "") -> Any:
    """Yield the API address of each article.

    If `entity` is given, yield only the addresses of articles that mention this entity.
    """
    query = f"?entity={entity}" if entity else ""
    for article in get(client, f"/v1/articles{query}")["data"]:
        yield article["links"]["self"]
