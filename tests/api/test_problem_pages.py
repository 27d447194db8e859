"""Tests of the pages about problems: every `type` of an error response leads to one of them."""

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from urllib.parse import urljoin, urlsplit

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.problem_kinds import ProblemKind
from api.problems import ProblemException, example_problem
from api.server.refusals import STATUSES, refusal
from tests.api.answers import assert_problem
from tests.api.conftest import ClientWith
from tests.api.rows import corpus_rows, insert_rows

BASE_URL = "https://api.example.org/briefs"
UNKNOWN_ID = "00000000-0000-5000-8000-000000000000"

# The pages do not depend on the database.
on_one_engine = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@on_one_engine
def test_the_type_of_every_kind_of_problem_leads_to_its_page(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    for kind in ProblemKind:
        app.add_url_rule(f"/raise/{kind.slug}", kind.slug, _raising(kind))
    for kind in ProblemKind:
        with subtests.test(kind=kind.slug):
            problem = assert_problem(client.get(f"/raise/{kind.slug}"), kind.status)
            page = client.get(problem["type"])
            assert page.status_code == 200
            assert page.mimetype == "text/html"
            assert f"<h1>{kind.title}</h1>" in page.text
            text = html.unescape(re.sub("</?code>", "`", page.text))
            assert f"<p>{kind.meaning}</p>" in text
            assert f"<p>{kind.advice}</p>" in text
            (example,) = re.findall(r"<pre[^>]*>`(.+?)`</pre>", text, re.DOTALL)
            assert orjson.loads(example) == example_problem(kind)
            assert (
                client.get(problem["type"], headers={"If-None-Match": page.headers["ETag"]}).status_code
                == 304
            )


def _raising(kind: ProblemKind) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise ProblemException(kind)

    return fail


@on_one_engine
def test_the_index_lists_all_kinds(client: FlaskClient) -> None:
    index = client.get("/problems")
    found = re.findall(r'href="(/problems/[^"]+)"', index.text)
    assert sorted(found) == sorted(f"/problems/{kind.slug}" for kind in ProblemKind)


@on_one_engine
def test_the_pages_have_no_scripts_and_load_only_their_own_files(client: FlaskClient) -> None:
    for address in ("/problems", "/problems/invalid-cursor"):
        page = client.get(address)
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "unsafe" not in policy
        assert not re.search(r"<script|<style| style=| on[a-z]+=", page.text)
        references = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert any(each.endswith(".css") for each in references)
        for reference in references:
            target = urlsplit(urljoin(f"http://localhost{address}", reference))
            assert target.netloc == "localhost"
            assert client.get(target.path).status_code == 200, reference


@on_one_engine
def test_an_unknown_kind_has_no_page(client: FlaskClient) -> None:
    for name in ("nothing", "Quota-Exceeded", "QUOTA_EXCEEDED", "quota-exceeded//", "<script>", "/", "%00"):
        assert assert_problem(client.get(f"/problems/{name}"), 404)["type"] == "/problems/address-not-found"
    assert client.get("/problems/").headers["Location"] == "/problems"


@on_one_engine
def test_the_addresses_in_a_problem_begin_with_the_base_url(client_with: ClientWith) -> None:
    client = client_with(BRIEFS_BASE_URL=BASE_URL)
    problem = orjson.loads(client.get("/nothing?x=1").data)
    assert problem["type"] == f"{BASE_URL}/problems/address-not-found"
    assert problem["instance"] == f"{BASE_URL}/nothing"
    page = html.unescape(client.get("/problems/article-removed").text)
    assert f'"type": "{BASE_URL}/problems/article-removed"' in page
    assert f'"instance": "{BASE_URL}/v1/articles/a-quiet-harbour"' in page


def test_the_kind_of_an_error_says_what_is_wrong(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=3, entities=3))
    kinds = {
        "/nothing": "address-not-found",
        "/v1/articles/nothing": "article-not-found",
        f"/v1/articles/{UNKNOWN_ID}/takeaways": "article-not-found",
        "/v1/articles/nothing/revisions/1": "article-not-found",
        "/v1/articles/slug-0/revisions/99": "revision-not-found",
        "/v1/articles/slug-0/revisions/x/source": "revision-not-found",
        "/v1/stories/nothing": "story-not-found",
        f"/v1/stories/{UNKNOWN_ID}/articles": "story-not-found",
        "/v1/entities/nothing/articles": "entity-not-found",
        f"/v1/takeaways/{UNKNOWN_ID}": "takeaway-not-found",
        f"/v1/related-links/{UNKNOWN_ID}": "related-link-not-found",
        "/v1/articles?page=2": "invalid-parameters",
        "/v1/articles/slug-0?cursor=x": "invalid-parameters",
        "/v1/articles?cursor=x": "invalid-cursor",
        "/v1/articles?cursor=x&page=2": "invalid-parameters",
        f"/v1/articles?x={'a' * 4096}": "uri-too-long",
    }
    assert {target: _kind(client, target) for target in kinds} == kinds
    assert _kind(client, "/v1/articles", Accept="text/csv") == "not-acceptable"
    assert _kind(client, "/v1/articles", If_Match='"x"') == "precondition-failed"
    posted = orjson.loads(client.post("/v1/articles").data)
    assert posted["type"] == "/problems/method-not-allowed"


def _kind(client: FlaskClient, target: str, **headers: str) -> str:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    problem = orjson.loads(client.get(target, headers=given).data)
    return str(problem["type"]).removeprefix("/problems/")


def test_the_examples_are_real_answers(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=3, entities=3))
    cursor = orjson.loads(client.get("/v1/articles?limit=1").data)["meta"]["next_cursor"]
    targets = {
        ProblemKind.INVALID_PARAMETERS: "/v1/changes?limt=5",
        ProblemKind.INVALID_CURSOR: f"/v1/takeaways?cursor={cursor}",
        ProblemKind.ADDRESS_NOT_FOUND: "/v1/article",
        ProblemKind.ARTICLE_NOT_FOUND: "/v1/articles/a-quiet-harbour",
        ProblemKind.STORY_NOT_FOUND: "/v1/stories/a-quiet-harbour",
        ProblemKind.ENTITY_NOT_FOUND: "/v1/entities/harbour-board",
    }
    for kind, target in targets.items():
        problem = orjson.loads(client.get(target).data)
        assert problem == example_problem(kind) | {"request_id": problem["request_id"]}


def test_the_guide_lists_all_kinds() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \| (.+) \|$", guide, re.MULTILINE)
    kinds = sorted(ProblemKind, key=lambda kind: kind.status)
    assert listed == [(str(kind.status), kind.slug, kind.advice) for kind in kinds]


@on_one_engine
def test_a_request_that_a_worker_refuses_gets_a_kind_with_a_page(app: Flask, client: FlaskClient) -> None:
    for status in (400, 408, 503, *STATUSES.values()):
        head, _, body = refusal(app.logger, status, "a reason", BASE_URL).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 %d " % status)
        problem = orjson.loads(body)
        assert problem["status"] == status
        assert problem["type"].startswith(f"{BASE_URL}/problems/")
        assert client.get(problem["type"].removeprefix(BASE_URL)).status_code == 200
