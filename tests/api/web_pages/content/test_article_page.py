"""Tests of the page of a brief: it shows the same article as the API, and marks entities and evidence."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient, FlaskCliRunner

from api.web_pages.content.article_page_values import (
    MAX_ANALYSIS_LENGTH,
    MAX_BODY_LENGTH,
    MAX_CLASS_NUMBER,
    MAX_TAKEAWAYS,
    web_url,
)
from tests.api.answers import get
from tests.api.web_pages.odd_briefs import HOSTILE, SCRIPT
from tests.api.web_pages.page_reading import (
    BROWSER,
    Element,
    by_class,
    find,
    numbers_after,
    only,
    read_page,
    text_of,
)

CORRECTED = "insurers-count-the-cost-of-the-dunminster-flood"
STYLESHEET = Path(__file__).parents[4] / "api" / "assets" / "pages.css"


def _slugs(client: FlaskClient) -> list[str]:
    return [each["slug"] for each in get(client, "/v1/articles?limit=100&fields=slug")["data"]]


def _texts(article: Any) -> dict[tuple[str, int | None], str]:
    """Return all texts of an article that can contain highlighted names of entities.

    A key of the result is a pair: a part of the article, such as `body`, and the number of the text within
    this part, from 1. The number is None if the part is a single text.
    """
    analysis = article["analysis"] or {"paragraphs": []}
    texts: dict[tuple[str, int | None], str] = {("title", None): article["title"]}
    if article["summary"]:
        texts["summary", None] = article["summary"]
    if article["image"] and article["image"]["caption"]:
        texts["image", None] = article["image"]["caption"]
    for part, several in (
        ("takeaways", [each["text"] for each in article["takeaways"]]),
        ("body", [each["text"] for each in article["body"]]),
        ("analysis", analysis["paragraphs"]),
    ):
        texts |= {(part, number): text for number, text in enumerate(several, 1)}
    return texts


def _shown_texts(page: Element) -> dict[tuple[str, int | None], Element]:
    """Return the elements of the page of an article that show the texts of the article.

    Each key is a part of the article, such as `body`, and the number of the text within the part, from 1. The
    number is None if the part is a single text.
    """
    shown: dict[tuple[str, int | None], Element] = {("title", None): find(page, "//h1")[0]}
    captions = find(page, "//p[@class='caption']/span[@lang]")
    for part, single in (("summary", by_class(page, "lead")), ("image", captions)):
        shown |= dict.fromkeys([(part, None)], single[0]) if single else {}
    for part, elements in (
        ("takeaways", [find(each, "./p")[0] for each in by_class(page, "takeaway")]),
        ("body", [find(each, "./p")[0] for each in by_class(page, "paragraph")]),
        ("analysis", find(page, "//aside/p[not(@class)]")),
    ):
        shown |= {(part, number): each for number, each in enumerate(elements, 1)}
    return shown


def test_every_text_is_shown_unchanged_and_in_its_language(demo: FlaskClient) -> None:
    for slug in _slugs(demo):
        article = get(demo, f"/v1/articles/{slug}")
        shown = _shown_texts(read_page(demo, f"/browse/articles/{slug}"))
        assert {place: each.text_content() for place, each in shown.items()} == _texts(article), slug
        assert {each.get("lang") for each in shown.values()} == {article["language"]}


def test_every_mention_is_a_link_to_its_entity_at_its_place(demo: FlaskClient) -> None:
    for slug in _slugs(demo):
        entities = get(demo, f"/v1/articles/{slug}/entities?limit=100")["data"]
        expected = {
            (mention["part"], mention["index"], mention["start"], mention["text"], entity["slug"])
            for entity in entities
            for mention in entity["mentions"]
        }
        shown = _shown_texts(read_page(demo, f"/browse/articles/{slug}"))
        found = {
            (*place, len(_text_before(link)), link.text, link.get("href").rpartition("/")[2])
            for place, element in shown.items()
            for link in by_class(element, "mention")
        }
        assert found == expected, slug


def _text_before(link: Element) -> str:
    """Return the text that comes before `link` in the parent element of `link`."""
    parent = link.getparent()
    siblings = parent[: parent.index(link)]
    return (parent.text or "") + "".join(each.text_content() + (each.tail or "") for each in siblings)


def test_a_takeaway_marks_and_links_the_paragraphs_that_support_it(demo: FlaskClient) -> None:
    for slug in _slugs(demo):
        article = get(demo, f"/v1/articles/{slug}")
        page = read_page(demo, f"/browse/articles/{slug}")
        evidence = {
            each["position"]: [place["paragraph"] for place in each["evidence"]]
            for each in article["takeaways"]
        }
        takeaways = by_class(page, "takeaway")
        assert [numbers_after("marks-", each) for each in takeaways] == [{each} for each in evidence]
        linked = [find(each, ".//a[starts-with(@href, '#paragraph-')]/@href") for each in takeaways]
        assert linked == [[f"#paragraph-{number}" for number in each] for each in evidence.values()]
        marked = {each.get("id"): numbers_after("marked-by-", each) for each in by_class(page, "paragraph")}
        for number in range(1, len(article["body"]) + 1):
            assert marked[f"paragraph-{number}"] == {at for at, each in evidence.items() if number in each}


def test_each_paragraph_shows_its_number_and_names_the_takeaways_that_it_supports(demo: FlaskClient) -> None:
    page = read_page(demo, f"/browse/articles/{CORRECTED}")

    for number, paragraph in enumerate(by_class(page, "paragraph"), 1):
        assert text_of(only(paragraph, "paragraph-number")) == f"Paragraph {number}"
        links = find(paragraph, ".//a[starts-with(@href, '#takeaway-')]/@href")
        label = [text_of(each) for each in by_class(paragraph, "badges")]
        assert [each.startswith("Supports takeaway") for each in label] == [True] * bool(links)


def test_the_stylesheet_has_a_rule_for_each_numbered_class() -> None:
    rules = re.findall(
        r":has\(\.marks-(\d+):is\(:hover, :focus-within\)\) \.marked-by-(\d+)", STYLESHEET.read_text()
    )

    assert rules == [(str(number), str(number)) for number in range(1, MAX_CLASS_NUMBER + 1)]


def test_related_briefs_are_shown_with_their_reasons(demo: FlaskClient) -> None:
    unresolved = 0
    for slug in _slugs(demo):
        links = get(demo, f"/v1/articles/{slug}")["related"]
        shown = by_class(read_page(demo, f"/browse/articles/{slug}"), "related-link")
        assert len(shown) == len(links)
        for link, element in zip(links, shown, strict=True):
            text, targets = text_of(element), find(element, "./p[@class='related-title']/a/@href")
            unresolved += link["target"] is None
            assert targets == ([f"/browse/articles/{link['target']['slug']}"] if link["target"] else [])
            assert text.startswith(link["title"])
            assert ("Listed" in text) == (link["basis"] == "listed")
            for reason in link["reasons"]:
                near = reason["kind"] == "near_duplicate"
                word = "Nearly the same text" if near else reason.get("term") or reason["entity"]["name"]
                assert word in text
    assert unresolved


def test_a_correction_is_shown_with_a_link_to_each_revision(demo: FlaskClient) -> None:
    page = read_page(demo, f"/browse/articles/{CORRECTED}")

    links = find(page, "//section[@id='revisions']//a/@href")
    assert links == [f"/v1/articles/{CORRECTED}/revisions/{number}" for number in (2, 1)]
    assert all(demo.get(each).status_code == 200 for each in links)
    assert "summary" in text_of(find(page, "//section[@id='revisions']")[0])
    assert find(page, "//header//a[@href='#revisions']")


def test_a_brief_links_to_its_story_its_source_and_its_other_forms(demo: FlaskClient) -> None:
    page = read_page(demo, f"/browse/articles/{CORRECTED}")

    address = f"/v1/articles/{CORRECTED}"
    links = find(page, "//main//a/@href")
    assert f"/browse/stories/{get(demo, address)['story']['slug']}" in links
    assert f"{address}/source" in links
    forms = find(page, "//link[@rel='alternate']/@href")
    assert forms == [address, f"{address}.md", f"{address}.jsonld", f"{address}.ninjs"]


def test_an_id_redirects_to_the_slug(demo: FlaskClient) -> None:
    identity = get(demo, f"/v1/articles/{CORRECTED}")["id"]

    response = demo.get(f"/browse/articles/{identity}", headers=BROWSER)

    assert response.status_code == 308
    assert response.headers["Location"] == f"/browse/articles/{CORRECTED}"


def test_an_unchanged_page_is_a_304(demo: FlaskClient) -> None:
    first = demo.get(f"/browse/articles/{CORRECTED}", headers=BROWSER)
    again = demo.get(
        f"/browse/articles/{CORRECTED}", headers=BROWSER | {"If-None-Match": first.headers["ETag"]}
    )

    assert again.status_code == 304
    assert not again.data


def test_a_parameter_is_refused(demo: FlaskClient) -> None:
    response = demo.get(f"/browse/articles/{CORRECTED}?fields=title", headers=BROWSER)

    assert response.status_code == 422
    assert "fields" in response.text


def test_hostile_text_is_shown_as_text(odd: FlaskClient) -> None:
    slug = next(each for each in _slugs(odd) if each.startswith("title"))
    response = odd.get(f"/browse/articles/{slug}", headers=BROWSER)
    page = read_page(odd, f"/browse/articles/{slug}")

    assert not find(page, "//script|//img|//*[@style]|//*[starts-with(name(@*), 'on')]")
    assert "49" not in text_of(only(page, "article-header"))
    text = text_of(find(page, "//main")[0])
    for name in (
        "Title",
        "Summary",
        "Takeaway",
        "Author",
        "Role",
        "Publication",
        "Caption",
        "Desk",
        "Heading",
    ):
        assert f"{name} {HOSTILE}" in text
    assert SCRIPT not in response.text
    (picture,) = find(page, "//p[@class='caption']/a")
    assert (picture.get("href"), picture.get("rel")) == (
        "https://pictures.example/quay.jpg",
        "noopener noreferrer",
    )


def test_a_huge_brief_is_cut_and_says_where_the_rest_is(odd: FlaskClient) -> None:
    response = odd.get("/browse/articles/a-brief-of-many-paragraphs", headers=BROWSER)
    page = read_page(odd, "/browse/articles/a-brief-of-many-paragraphs")

    assert len(response.data) < 4 * MAX_BODY_LENGTH
    body = "".join(each.text_content() for each in by_class(page, "paragraph"))
    assert MAX_BODY_LENGTH <= len(body) < 1.2 * MAX_BODY_LENGTH
    assert len(by_class(page, "takeaway")) == MAX_TAKEAWAYS
    notices = [text_of(each) for each in by_class(page, "left-out")]
    assert any("50 more takeaways" in each for each in notices)
    assert any("all 400 paragraphs" in each for each in notices)
    texts = [each["text"] for each in get(odd, "/v1/articles/a-brief-of-many-paragraphs")["body"]]
    left_out = sum(map(len, texts)) - MAX_BODY_LENGTH
    assert any(f"The last {left_out:,} characters are left out." in each for each in notices)
    for each in find(page, "//a[starts-with(@href, '#')]/@href"):
        assert find(page, f"//*[@id='{each[1:]}']"), each


def test_a_long_paragraph_and_a_long_analysis_say_how_much_is_left_out(odd: FlaskClient) -> None:
    article = get(odd, "/v1/articles/a-brief-of-one-paragraph")
    page = read_page(odd, "/browse/articles/a-brief-of-one-paragraph")

    body, analysis = article["body"][0]["text"], article["analysis"]["paragraphs"][0]
    assert [text_of(each) for each in by_class(page, "left-out")] == [
        f"The last {len(body) - MAX_BODY_LENGTH:,} characters are left out. "
        "Read the whole text as Markdown or in the JSON.",
        f"{len(analysis) - MAX_ANALYSIS_LENGTH:,} more characters are in the JSON.",
    ]


def test_a_brief_with_nothing_but_a_title_and_a_body_has_a_page(odd: FlaskClient) -> None:
    page = read_page(odd, "/browse/articles/bare")

    assert [text_of(each) for each in find(page, "//h1")] == ["Bare"]
    assert "Undated" in text_of(only(page, "article-header"))
    assert not by_class(page, "takeaways")
    assert not find(page, "//aside")
    assert find(page, "//a[@href='/browse/stories/bare']")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//x.example", "", None])
def test_only_web_addresses_become_links(address: str | None) -> None:
    assert web_url(address) is None
    assert web_url("HTTPS://x.example/") == "HTTPS://x.example/"


@pytest.mark.usefixtures("seeded")
def test_a_removed_brief_is_a_410_and_an_unknown_one_a_404(
    client: FlaskClient, runner: FlaskCliRunner
) -> None:
    (slug,) = _slugs(client)
    mentions = by_class(read_page(client, f"/browse/articles/{slug}"), "mention")
    for address in [*{each.get("href") for each in mentions if each.get("href")}][:3]:
        assert slug in read_page(client, address).xpath("string(//article//@href)")
    read_page(client, f"/browse/stories/{slug}")

    result = runner.invoke(args=["seed", "remove", slug])

    assert result.exit_code == 0, result.output
    statuses = {f"articles/{slug}": 410, f"stories/{slug}": 410}
    statuses |= {f"{kind}/nothing": 404 for kind in ("articles", "stories", "entities")}
    for address, status in statuses.items():
        response = client.get(f"/browse/{address}", headers=BROWSER)
        assert (response.status_code, response.mimetype) == (status, "text/html"), address
