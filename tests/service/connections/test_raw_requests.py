"""Tests of requests that client libraries do not send, written byte by byte to a socket."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.problem_kinds import KINDS_BY_SLUG
from tests.support.server import Server, running_granian, running_gunicorn

PROBLEM_JSON = "application/problem+json"


@pytest.fixture(scope="module")
def gunicorn(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start gunicorn on a database with the article in `seeds/documents`."""
    with running_gunicorn(database, tmp_path_factory.mktemp("gunicorn")) as server:
        yield server


@pytest.fixture(scope="module")
def granian(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start granian on a database with the article in `seeds/documents`."""
    with running_granian(database, tmp_path_factory.mktemp("granian")) as server:
        yield server


@pytest.fixture(params=["gunicorn", "granian"])
def server(request: pytest.FixtureRequest) -> Server:
    """Return a running server. A test with this fixture runs once with gunicorn and once with granian."""
    server: Server = request.getfixturevalue(request.param)
    return server


def header_of(answer: bytes, name: str) -> str:
    """Return the value of the header field `name` of a raw answer."""
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    (value,) = [
        field.partition(":")[2].strip()
        for field in head.split("\r\n")[1:]
        if field.partition(":")[0].lower() == name.lower()
    ]
    return value


def raw_request(target: str, *fields: str, method: str = "GET") -> bytes:
    """Return the bytes of an HTTP request, after which the server closes the connection.

    `\\udcff` stands for the byte FF, which is not UTF-8.
    """
    lines = [f"{method} {target} HTTP/1.1", *fields, "Connection: close", "", ""]
    return "\r\n".join(lines).encode(errors="surrogateescape")


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def problem_of(answer: bytes) -> dict[str, Any]:
    """Return the JSON body (a problem, RFC 9457) of a raw error response."""
    assert header_of(answer, "Content-Type") == PROBLEM_JSON
    body: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert body["status"] == status(answer)
    assert KINDS_BY_SLUG[body["type"].removeprefix("/problems/")].status == status(answer)
    return body


def without_date(head: bytes) -> list[bytes]:
    return [line for line in head.split(b"\r\n") if not line.lower().startswith(b"date:")]


@pytest.mark.parametrize("target", ["/", "/v1/articles", "/docs", "/openapi.json", "/v1/nothing"])
def test_the_answer_to_head_is_the_answer_to_get_without_its_body(server: Server, target: str) -> None:
    get = server.exchange(raw_request(target, "Host: a", "X-Request-ID: x"))
    head = server.exchange(raw_request(target, "Host: a", "X-Request-ID: x", method="HEAD"))
    fields, _, body = get.partition(b"\r\n\r\n")
    assert len(body) == int(header_of(get, "Content-Length"))
    assert body
    assert head.endswith(b"\r\n\r\n")
    assert without_date(head[:-4]) == without_date(fields)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/%ff%fe", 404),
        ("/v1/articles/%ff", 404),
        ("/v1/articles/%00", 404),
        ("/v1/articles/%zz", 404),
        ("/v1/articles/%", 404),
        ("/v1/articles/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404),
        ("/docs/..%2fdocs.js", 404),
        ("/docs/%2e%2e/app.py", 404),
        ("/v1/articles/%0d%0aX-Injected:%201", 404),
        ("/v1/articles?limit=%ff", 422),
        ("/v1/articles?q=antenna%ff", 422),
        ("/v1/articles?%ff=1", 422),
        ("/v1/articles?%zz", 422),
        ("/v1/articles?cursor=%00%ff%zz", 422),
        ("/v1/articles?sort=%0d%0aX-Injected:%201", 422),
    ],
)
def test_invalid_percent_encoding_is_a_client_error(server: Server, target: str, expected: int) -> None:
    answer = server.exchange(raw_request(target, "Host: a"))
    assert problem_of(answer)["status"] == expected
    assert b"\nX-Injected" not in answer


@pytest.mark.parametrize("length", [4_097, 5_000, 8_170])
@pytest.mark.parametrize("start", ["/", "/v1/articles?cursor=", "/v1/articles/"])
def test_a_target_over_4096_bytes_is_a_problem(server: Server, start: str, length: int) -> None:
    answer = server.exchange(raw_request(start + "a" * (length - len(start)), "Host: a"))
    assert problem_of(answer)["status"] == 414


@pytest.mark.parametrize(("start", "expected"), [("/", 404), ("/v1/articles?cursor=", 422)])
def test_a_target_of_4096_bytes_is_accepted(server: Server, start: str, expected: int) -> None:
    answer = server.exchange(raw_request(start + "a" * (4_096 - len(start)), "Host: a"))
    assert problem_of(answer)["status"] == expected


UNREADABLE = [
    (raw_request("/hunter2" + "a" * 8_190, "Host: a"), 414),
    (raw_request("/hunter2-\N{LATIN SMALL LETTER E WITH ACUTE}", "Host: a"), 400),
    (raw_request("/?q=hunter2-\udcff", "Host: a"), 400),
    (raw_request("hunter2", "Host: a"), 400),
    (raw_request("http://[hunter2", "Host: a"), 400),
    (raw_request("/", "hunter2 : a"), 400),
    (raw_request("/", "Host: a", method="hunter2 \x07"), 400),
    (raw_request("/", "Host: a", "Expect: hunter2"), 417),
    (raw_request("/", "Host: a", "Transfer-Encoding: hunter2"), 501),
    (raw_request("/", "Host: a", "X: hunter2" + "a" * 10_000), 431),
]


@pytest.mark.parametrize(("request_", "expected"), UNREADABLE)
def test_an_unreadable_request_gets_a_problem_that_does_not_repeat_it(
    gunicorn: Server, request_: bytes, expected: int
) -> None:
    answer = gunicorn.exchange(request_)
    assert problem_of(answer)["status"] == expected
    assert len(answer.partition(b"\r\n\r\n")[2]) == int(header_of(answer, "Content-Length"))
    request_id = problem_of(answer)["request_id"]
    assert header_of(answer, "X-Request-ID") == request_id
    assert b"hunter2" not in answer
    gunicorn.wait_until("the line of the log", lambda: any(request_id in line for line in gunicorn.lines))
    assert not any("hunter2" in line for line in gunicorn.lines)
    (line,) = [json.loads(line) for line in gunicorn.lines if request_id in line]
    assert line["level"] == "warning"


def test_the_only_transfer_coding_is_chunked(server: Server) -> None:
    for method, target in (("GET", "/v1/articles"), ("POST", "/mcp")):
        for coding in ("gzip, chunked", "hunter2, chunked"):
            head = raw_request(target, "Host: a", f"Transfer-Encoding: {coding}", method=method)
            answer = server.exchange(head + b"0\r\n\r\n")
            assert problem_of(answer)["status"] == 501
            assert b"hunter2" not in answer


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (raw_request("http://[hunter2", "Host: a"), 400),
        (raw_request("/?q=hunter2-\udcff", "Host: a"), 400),
        (raw_request("/", "hunter2 : a"), 400),
        (raw_request("/", "Host: a", method="hunter2 \x07"), 400),
        (raw_request("/", "Host: a", "X: hunter2" + "a" * 1_000_000), 431),
    ],
)
def test_granian_refuses_an_unreadable_request_without_a_body(
    granian: Server, request_: bytes, expected: int
) -> None:
    answer = granian.exchange(request_)
    assert status(answer) == expected
    assert answer.endswith(b"\r\n\r\n")
    assert b"hunter2" not in answer


@pytest.mark.parametrize("fields", [(), ("Host: a", "Host: b")])
def test_a_missing_or_repeated_host_is_a_400(gunicorn: Server, fields: tuple[str, ...]) -> None:
    assert problem_of(gunicorn.exchange(raw_request("/healthz", *fields)))["status"] == 400


@pytest.mark.parametrize("host", ["a b/c@", "a/b", "a:b", "[::1"])
def test_an_invalid_host_is_a_400(server: Server, host: str) -> None:
    assert problem_of(server.exchange(raw_request("/healthz", f"Host: {host}")))["status"] == 400


@pytest.mark.parametrize("host", ["a", "a.example:80", "[::1]:80", "a_b", "%61", ""])
def test_a_valid_host_is_accepted(server: Server, host: str) -> None:
    assert server.exchange(raw_request("/healthz", f"Host: {host}")).startswith(b"HTTP/1.1 200 ")


def test_a_later_minor_version_is_answered_as_http_1_1(gunicorn: Server) -> None:
    for version in ("HTTP/1.2", "HTTP/1.9"):
        request_ = raw_request("/healthz", "Host: a").replace(b"HTTP/1.1", version.encode())
        assert gunicorn.exchange(request_).startswith(b"HTTP/1.1 200 ")


def test_a_request_of_http_1_0_needs_no_host(server: Server) -> None:
    request_ = raw_request("/healthz").replace(b"HTTP/1.1", b"HTTP/1.0")
    assert b" 200 " in server.exchange(request_).partition(b"\r\n")[0]


def test_options_of_the_whole_server_are_answered(server: Server) -> None:
    answer = server.exchange(raw_request("*", "Host: a", method="OPTIONS"))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert header_of(answer, "Allow") == "GET, HEAD, OPTIONS"
    assert problem_of(server.exchange(raw_request("*", "Host: a")))["status"] == 400


SLASHES = ["//", "//docs", "//v1/articles", "///v1/articles?limit=1", "/v1//articles"]
SLASHES += ["//evil.example/", "//evil.example/v1/articles/", "/%2fevil.example/", "/v1/articles//"]


@pytest.mark.parametrize("target", SLASHES)
def test_additional_slashes_make_a_different_address(server: Server, target: str) -> None:
    for method in ("GET", "POST"):
        assert problem_of(server.exchange(raw_request(target, "Host: a", method=method)))["status"] == 404


HOSTS = [
    ("Host: evil.example",),
    ("Host: evil.example:99",),
    ("Host: a", "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example"),
    ("Host: a", "X-Forwarded-Server: evil.example", "X-Original-URL: http://evil.example/"),
]


@pytest.mark.parametrize("fields", HOSTS)
def test_no_answer_contains_the_name_of_the_host(server: Server, fields: tuple[str, ...]) -> None:
    slug = json.loads(server.get("/v1/articles").body)["data"][0]["slug"]
    targets = ["/", "/docs", "/openapi.json", "/openapi.yaml", "/v1/articles", "/v1/articles/", "/nowhere"]
    targets += [f"/v1/articles/{slug}", "/v1/takeaways?limit=1", "/v1/articles?a=b", "/v1", "//v1"]
    for target in targets:
        for method in ("GET", "HEAD", "OPTIONS", "POST"):
            answer = server.exchange(raw_request(target, *fields, method=method))
            assert status(answer) < 500
            assert b"evil" not in answer.lower(), (method, target)


def test_an_absolute_target_is_answered_without_its_host(server: Server) -> None:
    answer = server.exchange(raw_request("http://evil.example/v1/articles", "Host: evil.example"))
    assert status(answer) == 200
    assert b"evil" not in answer


def test_forwarding_header_fields_are_ignored(server: Server) -> None:
    plain = server.exchange(raw_request("/v1/articles", "Host: a", "X-Request-ID: x"))
    for field in ("SCRIPT_NAME: /evil", "SCRIPT_NAME: /v1", "PATH_INFO: /healthz", "REMOTE_USER: root"):
        answer = server.exchange(raw_request("/v1/articles", "Host: a", "X-Request-ID: x", field))
        assert without_date(answer) == without_date(plain), field


def test_http_1_0_is_answered_and_the_connection_closed(server: Server) -> None:
    # HTTP/1.0 allows requests without Host. `exchange` ends when the server closes the connection.
    answer = server.exchange(b"GET /v1/articles HTTP/1.0\r\n\r\n")
    assert status(answer) == 200
    body = answer.partition(b"\r\n\r\n")[2]
    assert len(body) == int(header_of(answer, "Content-Length"))
    assert b"transfer-encoding" not in answer.lower()
    assert json.loads(body)["links"]["self"] == "/v1/articles"


def test_an_error_in_http_1_0_is_a_problem(server: Server) -> None:
    assert problem_of(server.exchange(b"GET /nowhere HTTP/1.0\r\n\r\n"))["status"] == 404


def test_clients_that_ask_for_the_specification_do_not_delay_others(server: Server) -> None:
    # To make the YAML takes 0.1 s. Made for each request, it would keep all threads busy, and the requests of
    # the other client would take 20 s.
    is_done = threading.Event()
    other_client = raw_request("/v1/articles", "Host: a")

    def ask_repeatedly(path: str) -> set[int]:
        statuses = set()
        while not is_done.is_set():
            statuses.add(server.get(path, Cache_Control="no-cache", If_Match="*").status)
        return statuses

    with ThreadPoolExecutor(16) as clients:
        answers = [clients.submit(ask_repeatedly, f"/openapi.{name}") for name in ("json", "yaml") * 8]
        began = time.monotonic()
        try:
            assert {status(server.exchange(other_client)) for _ in range(20)} == {200}
            assert time.monotonic() - began < 5
        finally:
            is_done.set()
        assert [answer.result() for answer in answers] == [{200}] * 16
