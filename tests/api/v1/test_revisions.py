"""Tests of the revisions of an article. Each shows the content of the article after one of its changes."""

import hashlib
import re
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.answers import assert_problem, get
from tests.api.rows import corpus_rows, insert_rows
from tests.api.specification import faults, schema_validator, specification_of
from tests.api.v1.test_listings import explain, recorded
from tests.seeds.documents import Page, remove_article, seed_pages, submit
from tests.support.snapshots import Snapshots

SLUG = "harbour-towns-share-their-tide-gauges"
PATH = f"/v1/articles/{SLUG}"
KEYS = [
    *("id", "slug", "title", "summary", "language", "byline", "image", "published_at", "revision", "kind"),
    *("changed_at", "fields", "word_count", "reading_minutes", "body", "analysis", "takeaways", "related"),
    *("source", "links"),
]
# The fields that both a revision and its article have.
SHARED = [
    *("id", "slug", "title", "summary", "language", "byline", "image", "published_at", "revision"),
    *("word_count", "reading_minutes", "body", "analysis", "source"),
]
FIRST = submit(
    "page",
    Page(related=(("Ferries Sail Again", "21 April 2026"), ("Nobody Wrote This", None))),
    "published_at: 2026-04-21T11:30:00.25+02:00\nimage_url: https://example.org/gauge.jpg\nlanguage: en-GB\n",
)
SECOND = submit("page", Page(title="Nine Towns Share Gauges", takeaways=("One page has all readings.",)))
BARE = submit("page", Page(caption=None, analysis=(), signature=(), takeaways=("Each keeps its sirens.",)))


def load_two_revisions(app: Flask) -> None:
    """Load an article with two revisions."""
    seed_pages(app, [FIRST, SECOND])


def get_revision(client: FlaskClient, number: int) -> Any:
    """Return the JSON of one revision of the test's article. `number` is the number of the revision."""
    return get(client, f"{PATH}/revisions/{number}")


def test_the_list_has_the_current_revision_first(app: Flask, client: FlaskClient) -> None:
    seed_pages(app, [FIRST, SECOND, BARE])
    page = get(client, f"{PATH}/revisions")
    items = page["data"]
    assert [list(item) for item in items] == [["revision", "kind", "changed_at", "fields", "links"]] * 3
    assert [(item["revision"], item["kind"]) for item in items] == [
        (3, "updated"),
        (2, "updated"),
        (1, "created"),
    ]
    article = get(client, PATH)
    assert items[0]["revision"] == article["revision"]
    assert items[0]["changed_at"] == article["updated_at"]
    assert [item["links"] for item in items] == [
        {"self": f"{PATH}/revisions/{number}", "article": PATH} for number in (3, 2, 1)
    ]
    assert page["links"] == {"self": f"{PATH}/revisions", "first": f"{PATH}/revisions", "next": None}
    assert get(client, f"{PATH}/revisions?sort=revision")["data"] == items[::-1]
    assert get(client, article["links"]["revisions"]) == page


def test_the_current_revision_equals_the_article(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    other = submit("other", Page(title="Ferries Sail Again"))
    for number, submission in enumerate((FIRST, SECOND, BARE), 1):
        seed_pages(app, [submission, other])
        article, present = get(client, PATH), get_revision(client, number)
        assert list(present) == KEYS
        for name in SHARED:
            with subtests.test(revision=number, field=name):
                assert present[name] == article[name]
        assert present["changed_at"] == article["updated_at"]
        assert present["takeaways"] == [
            {"position": each["position"], "text": each["text"]} for each in article["takeaways"]
        ]
        listed = [each for each in article["related"] if each["basis"] == "listed"]
        assert [(each["position"], each["title"]) for each in present["related"]] == [
            (each["position"], each["title"]) for each in listed
        ]


def test_a_revision_has_the_same_bytes_after_the_next_revision(app: Flask, client: FlaskClient) -> None:
    answered: dict[str, Any] = {}
    for number, submission in enumerate((FIRST, SECOND, BARE, FIRST), 1):
        seed_pages(app, [submission])
        for rest in ("", "/source"):
            answered[f"{PATH}/revisions/{number}{rest}"] = client.get(f"{PATH}/revisions/{number}{rest}")
    remove_article(app, "page")
    seed_pages(app, [SECOND])
    for address, before in answered.items():
        after = client.get(address)
        assert after.data == before.data, address
        assert after.headers["ETag"] == before.headers["ETag"]


def test_an_earlier_revision_equals_the_article_before_the_update(app: Flask, client: FlaskClient) -> None:
    seed_pages(app, [FIRST])
    before = get(client, PATH)
    seed_pages(app, [SECOND])
    former = get_revision(client, 1)
    assert {name: former[name] for name in SHARED} == {name: before[name] for name in SHARED}
    assert former["published_at"] == "2026-04-21T09:30:00.250000Z"
    assert former["title"] != get(client, PATH)["title"]
    assert [each["text"] for each in former["takeaways"]] == [each["text"] for each in before["takeaways"]]
    assert [list(each.values()) for each in former["related"]] == [
        [1, "Ferries Sail Again", "21 April 2026"],
        [2, "Nobody Wrote This", None],
    ]


def test_a_revision_has_its_keys_in_order_at_every_depth(app: Flask, client: FlaskClient) -> None:
    seed_pages(app, [FIRST, SECOND])
    for number in (1, 2):
        revision = get_revision(client, number)
        assert list(revision) == KEYS
        assert list(revision["byline"]) == ["author", "role", "publication"]
        assert list(revision["image"]) == ["caption", "url"]
        assert list(revision["body"][0]) == ["paragraph", "text"]
        assert list(revision["analysis"]) == ["desk", "heading", "paragraphs"]
        assert list(revision["takeaways"][0]) == ["position", "text"]
        assert list(revision["source"]) == ["name", "sha256", "bytes"]
        assert revision["links"] == {
            "self": f"{PATH}/revisions/{number}",
            "article": PATH,
            "revisions": f"{PATH}/revisions",
            "source": f"{PATH}/revisions/{number}/source",
        }


def test_every_revision_matches_its_schema(app: Flask, client: FlaskClient) -> None:
    seed_pages(app, [FIRST, SECOND, BARE, FIRST])
    specification = specification_of(app)
    validator = schema_validator(specification, {"$ref": "#/components/schemas/Revision"})
    for number in (1, 2, 3, 4):
        revision = get_revision(client, number)
        assert faults(validator, revision) == []
        assert faults(validator, revision | {"published_at": "yesterday"})
    assert [get_revision(client, 3)[name] for name in ("byline", "image", "analysis")] == [None] * 3


def test_fields_list_the_differences_from_the_previous_revision(app: Flask, client: FlaskClient) -> None:
    # Each load makes a revision of the article. The last revision has a different slug.
    renamed = submit("page", Page(), "slug: gauges\n")
    seed_pages(app, [FIRST, SECOND, BARE, renamed])
    revisions = [get(client, f"/v1/articles/gauges/revisions/{number}") for number in (1, 2, 3, 4)]
    compared = [name for name in KEYS if name in SHARED or name in ("takeaways", "related")]
    compared = [name for name in compared if name not in ("id", "revision")]
    assert revisions[0]["fields"] == []
    for before, after in pairwise(revisions):
        assert after["fields"] == [name for name in compared if before[name] != after[name]]
    assert "slug" in revisions[-1]["fields"]
    listed = get(client, "/v1/articles/gauges/revisions?sort=revision")["data"]
    assert [item["fields"] for item in listed] == [each["fields"] for each in revisions]


def test_each_revision_has_its_own_document(app: Flask, client: FlaskClient) -> None:
    odd = submit("page", b"\xef\xbb\xbf" + Page().text.replace("\n", "\r\n").encode() + b"\r\n\r\n")
    seed_pages(app, [FIRST, odd, SECOND])
    for number, submission in enumerate((FIRST, odd, SECOND), 1):
        revision = get_revision(client, number)
        response = client.get(revision["links"]["source"])
        assert response.data == submission.data
        assert response.mimetype == "text/plain"
        assert revision["source"]["sha256"] == hashlib.sha256(response.data).hexdigest()
        assert revision["source"]["bytes"] == len(response.data)
    assert client.get(f"{PATH}/source").data == SECOND.data


def test_a_revision_is_found_under_the_current_slug_and_has_its_own_slug(
    app: Flask, client: FlaskClient
) -> None:
    seed_pages(app, [FIRST, submit("page", Page(), "slug: gauges\n")])
    for number, slug in ((1, SLUG), (2, "gauges")):
        revision = get(client, f"/v1/articles/gauges/revisions/{number}")
        assert revision["slug"] == slug
        assert revision["links"]["self"] == f"/v1/articles/gauges/revisions/{number}"
        assert get(client, f"/v1/articles/{revision['id']}/revisions/{number}") == revision
    for item in get(client, "/v1/articles/gauges/revisions")["data"]:
        assert item["links"]["article"] == "/v1/articles/gauges"
    for rest in ("", "?sort=revision&limit=1", "/1", "/1/source"):
        response = client.get(f"{PATH}/revisions{rest}")
        assert response.status_code == 308
        assert response.headers["Location"] == f"/v1/articles/gauges/revisions{rest}"


@pytest.mark.parametrize(
    "number",
    [
        *("0", "3", "999999999", "1000000000", "9" * 30, "9" * 3000, "01", "+1", "-1", "1.0", "1e0", "0x1"),
        *("%201", "1%20", "1%0A", "1_0", "%EF%BC%91", "%D9%A1", "%C2%B9", "latest", "%00", "1%00", "'"),
    ],
)
def test_an_invalid_or_unknown_revision_number_is_a_404(
    app: Flask, client: FlaskClient, snapshots: Snapshots, number: str
) -> None:
    snapshots.fill(app, load_two_revisions)
    for rest in ("", "/source"):
        assert_problem(client.get(f"{PATH}/revisions/{number}{rest}"), 404)


def test_an_article_that_is_loaded_again_has_its_earlier_revisions(app: Flask, client: FlaskClient) -> None:
    seed_pages(app, [FIRST, SECOND])
    addresses = [f"{PATH}/revisions{rest}" for rest in ("", "/1", "/2", "/1/source", "/2/source")]
    before = [client.get(address).data for address in addresses[1:]]
    remove_article(app, "page")
    for address in addresses:
        assert_problem(client.get(address), 410)
    # The last revision before the removal.
    seed_pages(app, [SECOND])
    items = get(client, f"{PATH}/revisions")["data"]
    assert [(item["revision"], item["kind"]) for item in items] == [
        (3, "created"),
        (2, "updated"),
        (1, "created"),
    ]
    assert [client.get(address).data for address in addresses[1:]] == before
    assert get_revision(client, 3)["title"] == get_revision(client, 2)["title"]
    assert get(client, PATH)["revision"] == 3


def test_an_article_does_not_have_the_revisions_of_another_article(app: Flask, client: FlaskClient) -> None:
    seed_pages(app, [FIRST, submit("other", Page(title="Ferries Sail Again")), SECOND])
    assert len(get(client, "/v1/articles/ferries-sail-again/revisions")["data"]) == 1
    assert_problem(client.get("/v1/articles/ferries-sail-again/revisions/2"), 404)


def test_a_page_of_revisions_is_read_from_an_index_and_not_sorted(
    app: Flask, client: FlaskClient, engine: str, subtests: pytest.Subtests
) -> None:
    insert_rows(app, corpus_rows(articles=8, entities=30))
    for sort, sign in (("revision", ">"), ("-revision", "<")):
        with recorded(app) as statements:
            page = get(client, f"/v1/articles/slug-0/revisions?limit=3&sort={sort}")
            get(client, page["links"]["next"])
        plans = ["\n".join(explain(app, each)) for each in statements if "LIMIT" in each[0]]
        assert len(plans) == 2
        with subtests.test(sort=sort):
            assert not re.search("Sort|TEMP B-TREE", "".join(plans))
            if engine == "sqlite":
                index = "SEARCH changes USING INDEX ix_changes_article_id_revision_sequence (article_id=?"
                steps = [plan.splitlines()[0] for plan in plans]
                assert steps == [f"{index})", f"{index} AND revision{sign}?)"]
            else:
                assert all("using ix_changes_article_id_revision_sequence" in plan for plan in plans)
                assert re.search(rf"Index Cond: \(\(article_id = .*\) AND \(revision {sign} ", plans[1])
