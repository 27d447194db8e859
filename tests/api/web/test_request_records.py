"""The record of each request, which the log and the metrics receive."""

import time
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_network
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client

from api.web.client_address import ClientAddresses
from api.web.request_records import RequestRecord, RequestRecords

PATH = "/v1/articles"


def recorded(application: WSGIApplication, *proxies: str) -> tuple[Client, list[RequestRecord]]:
    """Return a client of `application`, and the list to which the records of its requests are added.

    `proxies` are the networks of trusted proxies.
    """
    records: list[RequestRecord] = []
    addresses = ClientAddresses([ip_network(proxy) for proxy in proxies])
    return Client(RequestRecords(application, addresses, [records.append])), records


def inner(app: Flask) -> WSGIApplication:
    """Return the WSGI application that the outermost middleware of `app` wraps."""
    middleware: Any = app.wsgi_app
    application: WSGIApplication = middleware.application
    return application


def application_of(make_body: Callable[[], Any], *headers: tuple[str, str]) -> WSGIApplication:
    def application(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [*headers])
        body: Iterable[bytes] = make_body()
        return body

    return application


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_record_describes_the_request_and_its_answer(client: FlaskClient) -> None:
    test_client, records = recorded(inner(client.application), "127.0.0.0/8")
    before = time.time()
    headers = {"X-Request-ID": "mine", "X-Forwarded-For": "203.0.113.9", "User-Agent": "tester/1.0"}
    proxy = {"REMOTE_ADDR": "127.0.0.1"}
    with test_client.get(
        "/v1/articles?limit=2&q=a%20b", headers=headers, environ_overrides=proxy
    ) as response:
        (record,) = records
        assert record == RequestRecord(
            record.time,
            "mine",
            "GET",
            "/v1/articles?limit=2&q=a%20b",
            "/v1/articles",
            200,
            len(response.data),
            record.seconds,
            "203.0.113.9",
            "tester/1.0",
        )
    assert before <= record.time <= time.time()
    assert 0 < record.seconds <= time.time() - before


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_answers_in_front_of_flask_are_recorded_too(client: FlaskClient) -> None:
    test_client, records = recorded(inner(client.application))
    for _ in range(3):
        test_client.get(PATH).close()
    cached = test_client.get(PATH)
    test_client.get(PATH, headers={"If-None-Match": cached.headers["ETag"]}).close()
    test_client.head(PATH).close()
    size = len(cached.data)
    expected = [("GET", PATH, 200, size)] * 4 + [("GET", PATH, 304, 0), ("HEAD", PATH, 200, 0)]
    assert [(each.method, each.route, each.status, each.body_bytes) for each in records] == expected


def test_a_body_of_unknown_size_is_recorded_when_it_is_closed() -> None:
    moments: list[int] = []

    def stream() -> Iterator[bytes]:
        for part in (b"first", b"", b"second"):
            moments.append(len(records))
            yield part

    client, records = recorded(application_of(stream))
    with client.get("/stream") as response:
        assert response.data == b"firstsecond"
        assert records == []
    assert [(each.status, each.body_bytes) for each in records] == [(200, 11)]
    assert moments == [0, 0, 0]


def test_a_stream_that_the_client_leaves_is_closed_and_recorded_once() -> None:
    closed: list[bool] = []

    class Stream:
        def __iter__(self) -> Iterator[bytes]:
            yield from (b"first", b"second")

        def close(self) -> None:
            closed.append(True)

    addresses = ClientAddresses(())
    records: list[RequestRecord] = []
    application = RequestRecords(application_of(Stream), addresses, [records.append])
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/a b"}
    body: Any = application(environ, lambda *_: lambda _: None)
    assert next(iter(body)) == b"first"
    body.close()
    assert closed == [True]
    assert [(each.target, each.body_bytes) for each in records] == [("/a%20b", 5)]


def test_a_body_with_a_length_is_recorded_before_it_is_sent() -> None:
    client, records = recorded(application_of(lambda: iter([b"four"]), ("content-length", "4")))
    client.get("/")
    assert [each.body_bytes for each in records] == [4]


def test_an_application_that_fails_is_recorded_as_500() -> None:
    def failing(*_: Any) -> Any:
        raise ZeroDivisionError

    client, records = recorded(failing)
    with pytest.raises(ZeroDivisionError):
        client.get("/")
    assert [(each.status, each.body_bytes) for each in records] == [(500, 0)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_long_targets_and_user_agents_are_cut(app: Flask) -> None:
    client, records = recorded(inner(app))
    client.get("/?" + "x" * 8_000, headers={"User-Agent": "u" * 8_000})
    (record,) = records
    assert (len(record.target), len(record.user_agent)) == (2_000, 300)
