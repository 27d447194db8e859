"""Tests of every route of the URL map: HEAD, ETag, compression, Accept, length of the URL, and CORS."""

import gzip
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_etags

from api.urls import STREAM_PATHS
from tests.api.answers import assert_parameter_error, assert_problem
from tests.api.routes import Addresses

MAX_TARGET = 4096


def test_head_is_get_without_a_body(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    for rule, address in addresses.items():
        for coding in ("identity", "gzip"):
            with subtests.test(rule=rule, coding=coding):
                get = client.get(address, headers={"Accept-Encoding": coding})
                head = client.head(address, headers={"Accept-Encoding": coding})
                assert head.status_code == 200
                assert head.data == b""
                for response in (get, head):
                    response.headers.pop("X-Request-ID")
                    response.headers.pop("Date", None)
                assert head.headers == get.headers
                if address not in STREAM_PATHS:
                    assert get.headers["Content-Length"] == str(len(get.data))


def test_every_answer_except_streams_has_a_strong_etag_and_a_304_for_it(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    for rule, address in addresses.items():
        if address in STREAM_PATHS:
            continue
        with subtests.test(rule=rule):
            response = client.get(address)
            etag = response.headers["ETag"]
            assert re.fullmatch(r'"[\x21\x23-\x7e]+"', etag)
            assert parse_etags(etag).is_strong(etag.strip('"'))
            for method in ("GET", "HEAD"):
                again = client.open(address, method=method, headers={"If-None-Match": etag})
                assert again.status_code == 304
                assert again.data == b""
                for name in ("ETag", "Cache-Control", "Vary"):
                    assert again.headers[name] == response.headers[name]
                for name in ("Content-Type", "Content-Length", "Content-Encoding"):
                    assert name not in again.headers
            assert client.get(address, headers={"If-None-Match": '"other"'}).data == response.data
            assert_problem(client.get(address, headers={"If-Match": '"other"'}), 412)
            assert client.get(address, headers={"If-Match": etag}).data == response.data


def test_every_answer_can_be_compressed(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    compressed = 0
    for rule, address in addresses.items():
        with subtests.test(rule=rule):
            plain = client.get(address)
            coded = client.get(address, headers={"Accept-Encoding": "gzip"})
            assert "Accept-Encoding" in plain.vary
            assert "Accept-Encoding" in coded.vary
            assert "Content-Encoding" not in plain.headers
            if "Content-Encoding" in coded.headers:
                assert coded.headers["Content-Encoding"] == "gzip"
                assert gzip.decompress(coded.data) == plain.data
                if address not in STREAM_PATHS:
                    assert coded.headers["ETag"] != plain.headers["ETag"]
                compressed += 1
            else:
                assert coded.data == plain.data
                assert coded.headers["ETag"] == plain.headers["ETag"]
    assert compressed > 5


def test_every_route_answers_406_if_no_representation_is_acceptable(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    for rule, address in addresses.items():
        with subtests.test(rule=rule):
            mimetype = client.get(address).mimetype
            for accept in ("application/x-nothing", "video/*, audio/ogg", f"{mimetype};q=0"):
                assert_problem(client.get(address, headers={"Accept": accept}), 406)
            for accept in (
                "*/*",
                str(mimetype),
                f"{str(mimetype).partition('/')[0]}/*",
                "video/*, */*;q=0.1",
            ):
                assert client.get(address, headers={"Accept": accept}).status_code == 200


def test_every_route_refuses_a_target_over_the_limit(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    for rule, address in addresses.items():
        with subtests.test(rule=rule):
            longest = f"{address}?x=".ljust(MAX_TARGET, "y")
            assert_parameter_error(client.get(longest), "x")
            assert_problem(client.get(f"{longest}y"), 414)
            # The limit counts the bytes of the request line. Each of these characters takes three bytes.
            encoded = f"{address}?x=" + "%41" * (MAX_TARGET // 3)
            assert_problem(client.get(encoded), 414)


def test_every_answer_can_be_read_from_any_origin(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    origin = {"Origin": "https://reader.example"}
    for rule, address in addresses.items():
        requests: list[tuple[int, str, dict[str, str]]] = [
            (200, address, {}),
            (304, address, {"If-None-Match": "*"}),
            (406, address, {"Accept": "application/x-nothing"}),
            (412, address, {"If-Match": '"other"'}),
            (414, f"{address}?x=".ljust(MAX_TARGET + 1, "y"), {}),
            (422, f"{address}?zzz=1", {}),
        ]
        if address in STREAM_PATHS:
            # Streams have no ETag.
            requests.remove((304, address, {"If-None-Match": "*"}))
        unreadable = []
        for status, target, headers in requests:
            with client.get(target, headers=headers | origin) as response:
                assert response.status_code == status
            exposed = response.headers.get("Access-Control-Expose-Headers", "").split(", ")
            may_read = response.headers.get("Access-Control-Allow-Origin") == "*"
            if not may_read or not {"ETag", "Link", "X-Request-ID"} <= set(exposed):
                unreadable.append(status)
        with subtests.test(rule=rule):
            assert unreadable == []


def test_every_address_with_a_trailing_slash_redirects(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    for rule, address in addresses.items():
        if address != "/":
            with subtests.test(rule=rule):
                response = client.get(f"{address}/?x=1")
                assert (response.status_code, response.headers["Location"]) == (308, f"{address}?x=1")


def test_a_browser_can_keep_the_answer_to_a_preflight_request_for_a_day(client: FlaskClient) -> None:
    asked = {"Origin": "https://reader.example", "Access-Control-Request-Method": "GET"}
    response = client.options("/v1/articles", headers=asked | {"Access-Control-Request-Headers": "X-API-Key"})
    assert response.headers["Access-Control-Max-Age"] == "86400"
    assert response.headers["Access-Control-Allow-Headers"] == "X-API-Key"


def test_no_answer_depends_on_the_host_header(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    for rule, address in addresses.items():
        with subtests.test(rule=rule):
            response = client.get(address, headers=hostile)
            assert response.data == client.get(address).data
            for answer in (response, client.get(f"{address}?zzz=1", headers=hostile)):
                assert b"evil" not in answer.data
                assert "evil" not in str(answer.headers)
