"""The shortcut: a plain request for a whole article is answered without Flask, as Flask would answer it."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, request, request_started
from flask.testing import FlaskClient

import api.web.article_shortcut
from api.web.article_shortcut import Shortcut
from api.web.request_ids import Requests
from tests.api.conftest import ClientWith
from tests.api.rows import render
from tests.seeds.documents import Page, seed_pages, submit

PAGES = {"first": Page(title="The First"), "second": Page(title="The Second", body=("A quay.",) * 90)}


@pytest.fixture
def plain(app: Flask, client_with: ClientWith) -> FlaskClient:
    """A client without cache; there are two articles, and a slug that one of them used to have."""
    seed_pages(app, [submit("first", PAGES["first"], "slug: former")])
    seed_pages(app, [submit(key, page, f"slug: {key}") for key, page in PAGES.items()])
    render(app)
    return client_with(BRIEFS_CACHE_BYTES="0")


@contextmanager
def noted(client: FlaskClient) -> Iterator[list[str]]:
    """Note which paths reach Flask meanwhile."""
    paths: list[str] = []

    def note(_: Flask, **__: object) -> None:
        paths.append(request.path)

    with request_started.connected_to(note, client.application):
        yield paths


def test_flask_is_asked_for_the_first_article_alone(plain: FlaskClient) -> None:
    with noted(plain) as reached:
        bodies = [plain.get(f"/v1/articles/{slug}").get_json() for slug in ("first", "second", "first")]
        bodies.append(plain.get(f"/v1/articles/{bodies[1]['id']}").get_json())
    assert [body["title"] for body in bodies] == ["The First", "The Second", "The First", "The Second"]
    assert reached == ["/v1/articles/first"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"Accept-Encoding": "gzip"}, {"Origin": "https://example.org"}, {"Accept": "application/json"}],
    ids=str,
)
def test_it_answers_what_flask_would(plain: FlaskClient, headers: dict[str, str]) -> None:
    targets = [f"/v1/articles/{slug}" for slug in ("first", "second")]
    plain.get(targets[0], headers=headers)
    with noted(plain) as reached:
        short = [plain.get(target, headers=headers) for target in targets]
        assert reached == []
        # Spelt otherwise it is no plain request, and the same resource.
        long = [plain.get(target.replace("articles", "%61rticles"), headers=headers) for target in targets]
        assert reached == targets
    for ours, theirs in zip(short, long, strict=True):
        assert ours.data == theirs.data
        assert (dict(ours.headers) | {"X-Request-ID": ""}) == (dict(theirs.headers) | {"X-Request-ID": ""})
        known = plain.get(ours.request.path, headers=headers | {"If-None-Match": ours.headers["ETag"]})
        assert (known.status_code, known.data) == (304, b"")
    is_packed = headers.get("Accept-Encoding") == "gzip"
    assert is_packed == (short[0].headers.get("Content-Encoding") == "gzip")
    assert not is_packed or b"The First" in gzip.decompress(short[0].data)


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (lambda client: client.get("/v1/articles/first?fields=title"), 200),
        (lambda client: client.get("/v1/articles/first?zzz=1"), 422),
        (lambda client: client.get("/v1/articles/f%69rst"), 200),
        (lambda client: client.get("/v1/articles/first", headers={"If-Match": '"other"'}), 412),
        (lambda client: client.get("/v1/articles/first", headers={"Accept": "text/html"}), 406),
        (lambda client: client.get("/v1/articles/former"), 308),
        (lambda client: client.get("/v1/articles/unknown"), 404),
        (lambda client: client.get("/v1/articles/First"), 404),
        (lambda client: client.get("/v1/articles/first/"), 404),
        (lambda client: client.head("/v1/articles/first"), 200),
        (lambda client: client.options("/v1/articles/first"), 200),
        (lambda client: client.post("/v1/articles/first"), 405),
    ],
)
def test_everything_else_is_for_flask(
    plain: FlaskClient, ask: Callable[[FlaskClient], object], status: int
) -> None:
    plain.get("/v1/articles/first")
    with noted(plain) as reached:
        for _ in range(2):
            assert ask(plain).status_code == status  # type: ignore[attr-defined]
    assert len(reached) == 2


def test_what_is_not_rendered_is_for_flask(app: Flask, plain: FlaskClient) -> None:
    plain.get("/v1/articles/second")
    seed_pages(app, [submit("first", Page(title="The First, Corrected"), "slug: first")])
    with noted(plain) as reached:
        assert plain.get("/v1/articles/first").get_json()["title"] == "The First, Corrected"
        assert reached == ["/v1/articles/first"]
        render(app)
        assert plain.get("/v1/articles/first").get_json()["title"] == "The First, Corrected"
        assert reached == ["/v1/articles/first"]


def test_clients_cannot_fill_the_memory_with_kinds_of_request(
    plain: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.web.article_shortcut, "MOST_KINDS", 3)
    outermost = plain.application.wsgi_app
    assert isinstance(outermost, Requests)
    assert isinstance(outermost.application, Shortcut)
    for number in range(10):
        answer = plain.get("/v1/articles/first", headers={"Origin": f"https://{number}.example.org"})
        assert answer.status_code == 200
        assert len(vars(outermost.application)["_known"]) <= 3


def test_its_line_in_the_log_names_the_route(plain: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        plain.get("/v1/articles/first")
    assert [vars(record)["route"] for record in caplog.records] == ["/v1/articles/<article>"] * 2
