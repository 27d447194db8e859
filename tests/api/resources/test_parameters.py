"""Tests of query parameters. An invalid value gets a 422 that names the parameter and its allowed values."""

from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.api.answers import assert_parameter_error, assert_problem, get

ARTICLE_SORTS = [
    "published_at",
    "-published_at",
    "created_at",
    "-created_at",
    "updated_at",
    "-updated_at",
    "title",
    "-title",
    "relevance",
]
PARAMETERS = [
    "collapse",
    "cursor",
    "entity",
    "entity_any",
    "entity_not",
    "entity_type",
    "facet_limit",
    "facets",
    "fields",
    "include",
    "language",
    "language_not",
    "limit",
    "publication",
    "publication_not",
    "published_after",
    "published_before",
    "q",
    "sort",
    "story",
    "total",
    "updated_after",
    "updated_before",
]
# Names of parameters in other APIs, with the names of the same parameters here.
HABITS = {
    "page": "cursor",
    "offset": "cursor",
    "per_page": "limit",
    "page_size": "limit",
    "size": "limit",
    "search": "q",
    "query": "q",
    "from": "published_after",
    "to": "published_before",
}
# One engine is enough, since these requests do not reach the database.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def error_of(client: FlaskClient, parameter: str, value: str, path: str = "/v1/articles") -> dict[str, Any]:
    """Request `path` with an invalid value of one parameter, and return the error in the response."""
    response = client.get(path, query_string={parameter: value})
    (error,) = assert_parameter_error(response, parameter)
    return error


@pytest.mark.parametrize(
    "time",
    [
        *("2026-04-21", "2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00%2B01:00"),
        *("9999-12-31T23:59:59.9999999Z", "2026-04-21T09:30:00.123456789012-08:00"),
    ],
)
def test_every_date_and_time_of_rfc_3339_is_accepted(client: FlaskClient, time: str) -> None:
    for parameter in ("published_after", "published_before", "updated_after", "updated_before"):
        assert client.get(f"/v1/articles?{parameter}={time}").status_code == 200


def test_a_limit_is_an_integer_from_1_to_100(client: FlaskClient) -> None:
    for value in ("1", "20", "100"):
        response = client.get(f"/v1/articles?limit={value}")
        assert response.status_code == 200
        assert response.json
        assert response.json["meta"]["limit"] == int(value)
    outside = ["0", "101", "999999999", "00"]
    wrong = [
        "",
        "-1",
        "+5",
        "1_0",
        " 5",
        "5 ",
        "5.0",
        "1e1",
        "0x5",
        "ten",
        "５",
        "٥",
        "9" * 4000,
        "\x00",
        "5\n",
    ]
    for value in outside + wrong:
        error = error_of(client, "limit", value)
        assert error["allowed"] == ["1 to 100"], value
        assert error["suggestion"] is None


def test_a_sort_is_one_of_those_listed(client: FlaskClient) -> None:
    for value in ARTICLE_SORTS:
        assert client.get(f"/v1/articles?q=lamp&sort={value}").status_code == 200
    for value in (
        "",
        "-",
        "TITLE",
        "title,created_at",
        "+title",
        "--title",
        "name",
        "id",
        "-relevance",
        "title;",
    ):
        assert error_of(client, "sort", value)["allowed"] == ARTICLE_SORTS, value


def test_a_flag_is_exactly_true_or_false(client: FlaskClient) -> None:
    for value in ("true", "false"):
        assert client.get(f"/v1/articles?total={value}").status_code == 200
    for value in ("", "True", "TRUE", "1", "0", "yes", "on", "t", "null", " true"):
        assert error_of(client, "total", value)["allowed"] == ["true", "false"], value


def test_an_unknown_parameter_gets_the_list_of_known_parameters(client: FlaskClient) -> None:
    error = error_of(client, "zzz", "2")
    assert error["allowed"] == PARAMETERS
    assert error["suggestion"] is None
    assert error_of(client, "verbose", "1", "/healthz")["allowed"] == []
    for name in ("", "Limit", "limit ", "limit[]", "l\u200bimit", "<script>", "__class__", "限"):
        error_of(client, name, "1")
    assert_parameter_error(client.get("/v1/articles?nonsense"), "nonsense")


def test_a_misspelt_parameter_or_value_gets_a_suggestion(client: FlaskClient) -> None:
    for name, meant in (("limt", "limit"), ("Limit", "limit"), ("totals", "total"), ("cursr", "cursor")):
        assert error_of(client, name, "1")["suggestion"] == meant
    for value, meant in (("titel", "title"), ("published", "published_at"), ("-createdat", "-created_at")):
        assert error_of(client, "sort", value)["suggestion"] == meant
    assert error_of(client, "total", "True")["suggestion"] == "true"
    assert error_of(client, "sort", "article_cuont", "/v1/entities")["suggestion"] == "article_count"


def test_a_parameter_name_of_other_apis_gets_a_suggestion_of_the_name_in_this_api(
    client: FlaskClient,
) -> None:
    for name, meant in HABITS.items():
        error = error_of(client, name, "1")
        assert (error["allowed"], error["suggestion"]) == (PARAMETERS, meant), name
    for name, meant in (
        ("Page", "cursor"),
        ("pageSize", "limit"),
        ("per-page", "limit"),
        ("size[]", "limit"),
    ):
        assert error_of(client, name, "1")["suggestion"] == meant, name


def test_a_parameter_that_a_route_does_not_have_is_not_suggested(client: FlaskClient) -> None:
    known = {
        "/v1/entities": {"page": "cursor", "size": "limit", "search": "q", "from": None, "to": None},
        "/v1/changes": {"offset": "cursor", "per_page": "limit", "query": None, "from": None},
        "/healthz": dict.fromkeys(HABITS),
    }
    for path, meanings in known.items():
        for name, meant in meanings.items():
            assert error_of(client, name, "1", path)["suggestion"] == meant, (path, name)


def test_every_invalid_parameter_is_named_in_the_order_of_the_query(client: FlaskClient) -> None:
    assert_parameter_error(
        client.get("/v1/articles?zzz=1&sort=x&limit=0&total=maybe"), "zzz", "sort", "limit", "total"
    )
    assert_parameter_error(client.get("/v1/articles?total=maybe&limit=5&aaa=1"), "total", "aaa")


def test_a_repeated_parameter_is_refused_even_if_both_values_are_equal(client: FlaskClient) -> None:
    for query in ("limit=5&limit=5", "limit=5&sort=title&limit=6", "limit=5&%6cimit=5"):
        (error,) = assert_parameter_error(client.get(f"/v1/articles?{query}"), "limit")
        assert "more than once" in error["message"]
    assert_parameter_error(client.get("/v1/articles?sort=title&limit=1&limit=2&sort=title"), "sort", "limit")


def test_a_query_that_is_not_utf8_is_refused(client: FlaskClient) -> None:
    parameters = ["q", "entity", "publication", "fields", "collapse", "published_after", "cursor", "limit"]
    for name in parameters:
        for value in ("%FF", "antenna%ff", "%ED%A0%80"):
            (error,) = assert_parameter_error(client.get(f"/v1/articles?{name}={value}"), name)
            assert error["message"] == "The value is not UTF-8."
        assert_parameter_error(client.get(f"/v1/articles?{name}=a&{name}=%C3"), name)
    (error,) = assert_parameter_error(client.get("/v1/articles?%FF=1"), "%FF")
    assert error["message"] == "The name of the parameter is not UTF-8."
    assert_parameter_error(client.get("/v1/articles?zzz=%FF&q=%FF&limit=0"), "zzz", "q", "limit")
    # Combinations are checked only if each parameter is valid.
    assert_parameter_error(client.get("/v1/articles?sort=relevance&publication=%FF"), "publication")
    assert_parameter_error(client.get("/v1/articles?sort=relevance&limit=5&limit=6"), "limit")
    assert_parameter_error(client.get("/v1/articles?sort=%00"), "sort")
    assert client.get("/v1/articles?q=%C3%A9%EF%BF%BD&publication=%F0%9F%97%9E").status_code == 200


def test_every_route_refuses_a_query_that_is_not_utf8(client: FlaskClient) -> None:
    queries = ("?q=%FF", "?cursor=%FF", "?%FF=1")
    browser = {"Accept": "text/html"}
    for path in ("/v1/stories", "/v1/changes", "/v1/trends", "/v1/feed.atom", "/v1/articles.csv", "/healthz"):
        for query in queries:
            assert_problem(client.get(f"{path}{query}"), 422)
    for path in ("/browse", "/browse/articles", "/browse/trends", "/docs"):
        for query in queries:
            assert client.get(f"{path}{query}", headers=browser).status_code == 422
    assert client.get("/browse?q=%FF&limit=&utm_source=a", headers=browser).status_code == 422


def test_a_parameter_that_requires_a_missing_parameter_is_refused(client: FlaskClient) -> None:
    requirements = {"sort": ("relevance", "q"), "include": ("highlights", "q")}
    for path in ("/v1/articles", "/v1/entities/sunrise/articles"):
        for name, (value, required) in requirements.items():
            assert f"requires `{required}`" in error_of(client, name, value, path)["message"]


def test_an_empty_cursor_is_refused_with_advice(client: FlaskClient) -> None:
    for path in ("/v1/articles", "/v1/changes", "/v1/articles.ndjson"):
        assert "Leave out the parameter" in error_of(client, "cursor", "", path)["message"]


def test_a_key_in_the_query_is_refused_with_the_headers_to_use(client: FlaskClient) -> None:
    for name in ("api_key", "API_KEY", "key", "token"):
        response = client.get("/v1/articles", query_string={name: "hunter2"})
        (error,) = assert_parameter_error(response, name)
        assert "`Authorization: Bearer …`" in error["message"]
        assert "`X-API-Key`" in error["message"]
        assert error["suggestion"] is None
        assert "hunter2" not in response.text


def test_a_message_names_the_limits_of_a_query_and_of_a_window(client: FlaskClient) -> None:
    allowed = " ".join(error_of(client, "q", "a" * 501)["allowed"])
    assert "50 words" in allowed
    assert "500 characters" in allowed
    assert "1d to 365d" in error_of(client, "window", "366d", "/v1/trends")["message"]


def test_the_length_of_a_text_is_that_of_the_given_text(client: FlaskClient) -> None:
    # This ligature alone is 18 characters without its compatibility forms.
    assert get(client, f"/v1/entities?q={quote(chr(0xFDFA) * 30)}")["data"] == []
    for path in ("/v1/entities", "/v1/articles"):
        assert_problem(client.get(f"{path}?q=sun{'+' * 498}"), 422)
        assert get(client, f"{path}?q=sun{'+' * 497}")["data"] == []


def test_parameters_are_read_from_the_query_only(client: FlaskClient) -> None:
    response = client.get("/v1/articles?limit=2", json={"limit": 3}, headers={"Cookie": "limit=4"})
    assert response.status_code == 200
    assert response.json
    assert response.json["meta"]["limit"] == 2
