"""Tests of the feeds of articles: JSON Feed and Atom, as feed readers see them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import orjson
import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from jsonschema import Draft202012Validator
from lxml import html

from api.v1.feeds.atom import ILLEGAL_CHARACTERS
from api.v1.query_parameters import ArticleParameters, FeedParameters
from tests.api.answers import assert_parameter_error, get
from tests.api.conftest import ClientWith
from tests.api.invented_pages import Page, load, write_page
from tests.api.specification import FORMATS, faults
from tests.api.v1.feeds.schemas import ATOM, JSON_FEED_SCHEMA, atom_faults

on_one_engine = pytest.mark.parametrize("engine", ["sqlite"])
VALIDATOR = Draft202012Validator(JSON_FEED_SCHEMA, format_checker=FORMATS)
HOSTILE = "Ferries & <script>alert('1')</script> ]]> &amp; \ufffe“Storm” 凌通"
QUERIES = (
    *("", "q=lamps", "entity=shanghai,guangdong", "entity_any=shanghai", "entity_not=shanghai"),
    *(
        "entity_type=place",
        "publication=The%20Lantern%20Post&publication=The%20Tide",
        "publication_not=The%20Tide",
    ),
    *(
        "language=en-GB",
        "language_not=en-GB",
        "story=tide",
        "published_after=2026-04-02",
        "q=lamps&language=en",
    ),
    *("published_before=2026-04-03T00:00:00Z", "updated_after=2026-01-01", "updated_before=2026-01-01"),
    "collapse=story",
)


@pytest.fixture
def articles(runner: FlaskCliRunner, tmp_path: Path) -> None:
    """Load one undated article and five articles of April 2026. The oldest has hostile text."""
    write_page(tmp_path, "undated", Page(title="Undated Lamps", signature=("The Lantern Post",)))
    write_page(
        tmp_path,
        "hostile",
        Page(
            title=HOSTILE,
            summary=HOSTILE,
            body=(HOSTILE, "It's <b>bold</b>."),
            takeaways=(HOSTILE,),
            heading=HOSTILE,
        ),
        published_at="2026-04-01",
        slug="hostile",
    )
    for day, name in enumerate(("tide", "gulls", "nets", "ropes"), 2):
        signature = (
            ("Ann Ode", "Editor", "The Tide")
            if name == "nets"
            else ("Mara Quill", "Chief", "The Lantern Post")
        )
        page = Page(
            title=f"{name.capitalize()} and Lamps",
            summary=None if name == "nets" else "A.",
            signature=signature,
        )
        extra = (
            {"language": "en-GB"} if name == "nets" else {"image_url": "https://tide.example/a.jpg?x=1&y=2"}
        )
        write_page(tmp_path, name, page, published_at=f"2026-04-0{day}T12:00:00Z", slug=name, **extra)
    load(runner, tmp_path)


def json_feed(client: FlaskClient, target: str = "/v1/feed.json") -> Any:
    """Return the JSON Feed at `target`, after asserting that it is valid."""
    response = client.get(target)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/feed+json"
    feed = orjson.loads(response.data)
    assert faults(VALIDATOR, feed) == []
    return feed


def atom_feed(client: FlaskClient, target: str = "/v1/feed.atom") -> Any:
    """Return the Atom feed at `target`, parsed by feedparser, after asserting that it is valid."""
    response = client.get(target)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert atom_faults(response.data) == []
    feed = feedparser.parse(response.data)
    assert (feed.bozo, feed.version) == (False, "atom10")
    return feed


@on_one_engine
@pytest.mark.usefixtures("articles")
def test_feedparser_finds_the_same_items_in_atom_as_in_json_feed(client: FlaskClient) -> None:
    for query in ("", "?content=full", "?content=summary"):
        items, entries = (
            json_feed(client, f"/v1/feed.json{query}")["items"],
            atom_feed(client, f"/v1/feed.atom{query}").entries,
        )
        assert len(items) == 6
        for item, entry in zip(items, entries, strict=True):
            assert entry.id == item["id"]
            assert entry.title == ILLEGAL_CHARACTERS.sub("\ufffd", item["title"])
            assert entry.link == item["url"]
            assert entry.updated == item["date_modified"]
            assert entry.get("published") == item.get("date_published")
            assert entry.get("author") == item["authors"][0]["name"]
            assert [tag.label for tag in entry.get("tags", [])] == item.get("tags", [])
            assert entry.title_detail.language == item["language"]
            text = entry.content[0].value if "content_html" in item else entry.summary
            assert words(text) == words(item.get("content_html") or item["content_text"])


def words(text: str) -> list[str]:
    """Return the words of `text`, a fragment of HTML from a feed, without its tags."""
    shown: str = html.fragment_fromstring(text, create_parent=True).text_content()
    return ILLEGAL_CHARACTERS.sub("\ufffd", shown).split()


@pytest.mark.usefixtures("articles")
def test_a_feed_has_the_articles_of_the_list_newest_first_and_undated_ones_last(client: FlaskClient) -> None:
    sizes = set()
    for query in QUERIES:
        listed = get(
            client, f"/v1/articles?{query}&sort=-published_at&fields=id,title,published_at".replace("?&", "?")
        )
        items = json_feed(client, f"/v1/feed.json?{query}")["items"]
        assert [each["id"] for each in items] == [f"urn:uuid:{each['id']}" for each in listed["data"]], query
        sizes.add(len(items))
    assert len(sizes) > 4
    newest_first = json_feed(client)["items"]
    assert newest_first[0]["title"] == "Ropes and Lamps"
    assert newest_first[-1]["title"] == "Undated Lamps"
    assert "date_published" not in newest_first[-1]


def test_a_feed_takes_the_parameters_of_the_list_that_select_articles(client: FlaskClient) -> None:
    form = {"sort", "fields", "include", "facets", "facet_limit", "total"}
    assert FeedParameters().load_fields.keys() == ArticleParameters().load_fields.keys() - form | {"content"}
    for path in ("/v1/feed.json", "/v1/feed.atom"):
        for name in sorted(form):
            assert_parameter_error(client.get(f"{path}?{name}=1"), name)
        (error,) = assert_parameter_error(client.get(f"{path}?content=ful"), "content")
        assert error["suggestion"] == "full"
        assert_parameter_error(client.get(f"{path}?cursor=x&limit=0"), "limit")


@on_one_engine
@pytest.mark.usefixtures("articles")
def test_every_page_of_a_feed_is_reached_by_its_links(client: FlaskClient) -> None:
    ids = [each["id"] for each in json_feed(client)["items"]]
    pages = list(json_pages(client, "/v1/feed.json?limit=4&content=summary"))
    assert [len(page["items"]) for page in pages] == [4, 2]
    assert [each["id"] for page in pages for each in page["items"]] == ids
    assert {page["feed_url"] for page in pages} == {"/v1/feed.json?content=summary&limit=4"}
    target: str | None = "/v1/feed.atom?limit=4&content=summary"
    found, feeds = [], set()
    while target:
        feed = atom_feed(client, target)
        links = {link.rel: link.href for link in feed.feed.links}
        assert links["first"] == "/v1/feed.atom?content=summary&limit=4"
        assert set(links) <= {"self", "first", "next", "alternate"}
        found += [entry.id for entry in feed.entries]
        feeds.add(feed.feed.id)
        target = links.get("next")
    assert found == ids
    assert len(feeds) == 1
    # The id of a feed depends only on its query.
    assert atom_feed(client).feed.id in feeds
    assert atom_feed(client, "/v1/feed.atom?q=lamps").feed.id not in feeds


def json_pages(client: FlaskClient, target: str | None) -> Iterator[Any]:
    """Yield each page of a JSON Feed, from the URL `target` to the last page."""
    while target:
        page = json_feed(client, target)
        yield page
        target = page.get("next_url")


@on_one_engine
@pytest.mark.usefixtures("articles")
def test_hostile_text_is_shown_as_text(client: FlaskClient) -> None:
    query = "entity_not=%3Cb%3E%26%00%0B%EF%BF%BE%22"
    (item,) = (each for each in json_feed(client)["items"] if "hostile" in each["url"])
    assert item["title"] == HOSTILE
    assert words(item["content_html"]).count("<script>alert('1')</script>") == 3
    assert {element.tag for element in html.fragments_fromstring(item["content_html"])} == {"ul", "p", "h2"}
    feed = atom_feed(client, f"/v1/feed.atom?{query}")
    assert feed.feed.title == 'Briefs API: entity not <b>&\ufffd\ufffd\ufffd"'
    document = client.get("/v1/feed.atom").data
    assert b"<script" not in document
    assert "\ufffe" not in document.decode()


@on_one_engine
@pytest.mark.usefixtures("articles")
def test_a_correction_keeps_the_id_and_changes_the_time_of_the_update(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    before = {each["id"]: each for each in json_feed(client)["items"]}
    write_page(tmp_path, "ropes", Page(title="Corrected"), published_at="2026-04-05T12:00:00Z", slug="ropes")
    load(runner, tmp_path)
    after = {each["id"]: each for each in json_feed(client)["items"]}
    assert before.keys() == after.keys()
    changed = {identity for identity, each in after.items() if each != before[identity]}
    assert [after[each]["title"] for each in changed] == ["Corrected"]
    revision = get(client, "/v1/articles/ropes/revisions/2")
    assert [after[each]["date_modified"] for each in changed] == [revision["changed_at"]]
    assert atom_feed(client).feed.updated == revision["changed_at"]


@on_one_engine
@pytest.mark.usefixtures("articles")
def test_addresses_are_absolute_under_the_base_url_and_otherwise_paths(
    client: FlaskClient, client_with: ClientWith
) -> None:
    base_url = "https://news.example.org/briefs"
    absolute = client_with(BRIEFS_BASE_URL=base_url)
    for reader, prefix in ((client, ""), (absolute, base_url)):
        feed = json_feed(reader, "/v1/feed.json?limit=1")
        addresses = [feed["home_page_url"], feed["feed_url"], feed["next_url"], feed["items"][0]["url"]]
        atom = atom_feed(reader, "/v1/feed.atom?limit=1")
        addresses += [link.href for link in (*atom.feed.links, *atom.entries[0].links)]
        assert all(each.startswith(f"{prefix}/") for each in addresses), addresses
    for address in {urlsplit(each).path.removeprefix("/briefs") for each in addresses if "/v1/" in each}:
        assert absolute.get(address).status_code == 200


@on_one_engine
def test_an_empty_feed_is_valid_and_names_unknown_values(client: FlaskClient) -> None:
    assert json_feed(client)["items"] == []
    feed = json_feed(client, "/v1/feed.json?entity=sunrsie")
    assert "There is no entity with the id or slug" in feed["description"]
    atom = atom_feed(client, "/v1/feed.atom?entity=sunrsie")
    assert atom.feed.subtitle == feed["description"]
    assert atom.entries == []


def test_the_schema_of_atom_rejects_feeds_that_the_rfc_forbids() -> None:
    feed = (
        f'<feed xmlns="{ATOM[1:-1]}"><id>urn:a</id><title>A</title><updated>2026-04-01T00:00:00Z</updated>'
        '<author><name>A</name></author><link rel="alternate" type="text/html" href="/"/></feed>'
    )
    assert atom_faults(feed.encode()) == []
    for left, right in (
        ("urn:a", "a b"),
        ("T00:00:00Z", ""),
        ("<name>A</name>", ""),
        ("<title>A</title>", ""),
    ):
        assert atom_faults(feed.replace(left, right).encode()), left
