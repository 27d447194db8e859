"""Tests of sidecars, YAML files with metadata: each key, and a one-line message for each error."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seeds.escaping import printable, quoted
from seeds.parsing.document import Rejection
from seeds.parsing.files import read_with_sidecar
from seeds.parsing.formats.yaml_nodes import compose_yaml
from seeds.parsing.sidecar import KEYS, MAX_SIDECAR_BYTES, MAX_URL_LENGTH, Sidecar, parse_sidecar
from tests.seeds.documents import Page, write

URL = "https://example.org/2026/tide-gauges"
LONGEST_URL = f"{URL}?{'x' * (MAX_URL_LENGTH - len(URL) - 1)}"
NOON = datetime(2026, 4, 21, 12, tzinfo=UTC)
# Each list refers to the previous list nine times: expanded, there would be 9 to the power of 9 values.
BOMB = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def parse_text(text: str | bytes) -> Sidecar:
    """Parse `text`, the content of a sidecar (a YAML file with metadata)."""
    return parse_sidecar(text.encode() if isinstance(text, str) else text, "page.yaml")


def shown(value: str) -> str:
    """Return the end of an error message, which quotes `value`, a scalar of YAML."""
    node = compose_yaml(value)
    assert node
    return f"the value is {quoted(node.value)}"


def error_of(text: str | bytes, line: int = 1) -> str:
    """Parse an invalid sidecar, and return the error message without the file name and line number before it.

    Assert that the message names `line`.
    """
    with pytest.raises(Rejection) as caught:
        parse_text(text)
    message = caught.value.message
    assert message == printable(message)
    start, found, rest = message.partition(f"sidecar page.yaml line {line}: ")
    assert (start, bool(found)) == ("", True), message
    return rest


def test_a_sidecar_can_have_every_key() -> None:
    text = f"""\
        url: {URL}
        published_at: 2026-04-21T12:00:00Z
        language: zh-Hans
        image_url: http://example.org/gauge.jpg
        slug: tide-gauges
    """
    expected = Sidecar(URL, NOON, "zh-Hans", "http://example.org/gauge.jpg", "tide-gauges")
    assert parse_text(text) == expected


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n# url: later\n", "{}"])
def test_a_sidecar_can_be_empty(text: str) -> None:
    assert parse_text(text) == Sidecar()


@pytest.mark.parametrize("null", ["", "~", "null", "Null", "NULL"])
def test_a_null_is_the_default(null: str) -> None:
    assert parse_text("\n".join(f"{key}: {null}" for key in KEYS)) == Sidecar()


@pytest.mark.parametrize(
    "text",
    [
        "slug: tide",
        "slug: 'tide'",
        'slug: "tide"',
        "{slug: tide}",
        "slug: >-\n  tide",
        "\ufeffslug: tide",
        "slug: tide\r\n",
        "slug:    tide   # the old one",
    ],
)
def test_a_value_can_have_every_form_of_yaml(text: str) -> None:
    assert parse_text(text) == Sidecar(slug="tide")


def test_values_are_text_even_if_yaml_has_a_type_for_them() -> None:
    assert parse_text("language: no\nslug: 2026-04-21") == Sidecar(language="no", slug="2026-04-21")


def test_a_value_can_be_a_yaml_alias() -> None:
    assert parse_text(f"url: &page {URL}\nimage_url: *page") == Sidecar(url=URL, image_url=URL)


@pytest.mark.parametrize("key", ["url", "image_url"])
@pytest.mark.parametrize(
    "url", ["http://a", "HTTPS://Example.ORG/", "https://[2001:db8::1]:8080/a?b#c", LONGEST_URL]
)
def test_an_http_url_is_not_changed(key: str, url: str) -> None:
    assert getattr(parse_text(f'{key}: "{url}"'), key) == url


@pytest.mark.parametrize("key", ["url", "image_url"])
@pytest.mark.parametrize(
    "value",
    [
        "example.org/a",
        "//example.org/a",
        "ftp://example.org/a",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "'https://example.org/a b'",
        "'https://example.org/ünïcödé'",
        '"https://example.org/\\n"',
        '"https://example.org/\\x1b[31m"',
        "http://[::1",
        "http://[::g]/",
        "'https://example.org/a|b.jpg'",
        "'https://example.org/{w}.jpg'",
        "'https://example.org/50%.jpg'",
        "https://example.org:abc/a.jpg",
        "https://example.org:65536/a.jpg",
        "'https://example.org/a[1].jpg'",
        '"http://a\\u2100\\x1b"',
        f"{LONGEST_URL}x",
        "''",
        "7",
    ],
)
def test_anything_else_is_not_a_url(key: str, value: str) -> None:
    rest = error_of(f"language: en\n{key}: {value}", line=2)
    assert rest == (
        f"'{key}' must be an http or https URL of at most {MAX_URL_LENGTH} characters; "
        f"percent-encode characters that RFC 3986 does not allow, such as | as %7C; {shown(value)}"
    )


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2026-04-21T12:00:00Z", NOON),
        ("2026-04-21t12:00:00z", NOON),
        ("2026-04-21 12:00:00Z", NOON),
        ("'2026-04-21T12:00:00Z'", NOON),
        ("2026-04-21T12:00:00+00:00", NOON),
        ("2026-04-21T12:00:00-00:00", NOON),
        ("2026-04-21T20:00:00+08:00", NOON),
        ("2026-04-22T11:59:00+23:59", NOON),
        ("2026-04-20T23:30:00-12:30", NOON),
        ("2026-04-21T12:00:00.5Z", NOON.replace(microsecond=500_000)),
        ("2026-04-21T12:00:00.123456Z", NOON.replace(microsecond=123_456)),
        ("2026-04-21T12:00:00.1234567890Z", NOON.replace(microsecond=123_456)),
        ("2026-04-21", NOON.replace(hour=0)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2016-12-31T15:59:60.5-08:00", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("0002-01-01T00:00:00Z", datetime(2, 1, 1, tzinfo=UTC)),
        ("9998-12-31T23:59:59Z", datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_an_rfc_3339_time_is_converted_to_utc(value: str, time: datetime) -> None:
    found = parse_text(f"published_at: {value}").published_at
    assert found == time
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "2026-04-21T12:00:00",
        "2026-04-21T12:00Z",
        "2026-04-21T12Z",
        "2026-04-21T12:00:00.Z",
        "'2026-04-21T12:00:00,5Z'",
        "2026-04-21T12:00:00+08",
        "2026-04-21T12:00:00+0800",
        "2026-04-21T12:00:00+24:00",
        "2026-04-21T12:00:00+01:60",
        "2026-04-21T12:00:00 Z",
        "2026-04-21_12:00:00Z",
        "20260421T120000Z",
        "2026-W17-2T12:00:00Z",
        "2026-02-29T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-04-21T24:00:00Z",
        "2026-04-21T12:60:00Z",
        "2026-04-21T12:00:61Z",
        # Only the last minute of a day in UTC has a leap second.
        "2016-12-31T12:00:60Z",
        "2026-02-29",
        "12026-04-21T12:00:00Z",
        "２０２６-04-21T12:00:00Z",
        '"2026-04-21T12:00:00Z\\n"',
        "Apr 21, 2026",
        "yesterday",
        "1776772800",
        "''",
    ],
)
def test_anything_else_is_not_a_time(value: str) -> None:
    rest = error_of(f"\n\npublished_at: {value}", line=3)
    expected = "must be a date, or an RFC 3339 time with a zone, such as 2026-04-21T09:30:00Z"
    assert rest == f"'published_at' {expected}; {shown(value)}"


@pytest.mark.parametrize(
    "value",
    [
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "0001-12-31T23:59:59Z",
        "9999-01-01T00:00:00Z",
        # The time in UTC is outside the years 1 to 9999.
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_a_time_in_the_first_or_last_year_is_refused(value: str) -> None:
    rest = error_of(f"\n\npublished_at: {value}", line=3)
    assert rest == f"'published_at' must be a time between the years 2 and 9998; the value is \"{value}\""


@pytest.mark.parametrize("tag", ["en", "zh", "gsw", "en-GB", "zh-Hans-CN", "es-419", "de-CH-1996"])
def test_a_language_tag_is_accepted(tag: str) -> None:
    assert parse_text(f"language: {tag}").language == tag


@pytest.mark.parametrize(
    "tag", ["e", "english", "en_GB", "en-", "-en", "en--GB", "en-a", "é", '"en\\n"', "''", "1"]
)
def test_anything_else_is_not_a_language(tag: str) -> None:
    rest = error_of(f"language: {tag}")
    assert rest == f"'language' must be a BCP 47 language tag, such as en or zh-Hans; {shown(tag)}"


@pytest.mark.parametrize(
    "slug", ["Tide", "tide gauges", "tide_gauges", "tide-", "é", f"{'x' * 121}", "''", '"a\\n"']
)
def test_anything_else_is_not_a_slug(slug: str) -> None:
    rest = error_of(f"slug: {slug}")
    expected = "must be words of a-z and 0-9 joined by -, at most 120 characters, and not a UUID"
    assert rest == f"'slug' {expected}; {shown(slug)}"


def test_a_uuid_is_not_a_slug() -> None:
    rest = error_of("slug: 123e4567-e89b-42d3-a456-426614174000")
    assert rest.endswith('and not a UUID; the value is "123e4567-e89b-42d3-a456-426614174000"')


@pytest.mark.parametrize("key", ["title", "Url", "url ", "published", "<<", "1", "~", "image-url", ""])
def test_an_unknown_key_is_an_error_that_lists_the_keys(key: str) -> None:
    rest = error_of(f"# a comment\nslug: tide\n'{key}': x", line=3)
    assert rest == (
        f"'{key}' is not a key of a sidecar; the keys are url, published_at, language, image_url, slug"
    )


def test_a_long_or_unprintable_key_is_shortened_and_escaped_in_the_message() -> None:
    rest = error_of(f'"\\x1b\\n\\u202e{"k" * 500}": x')
    assert rest.startswith("'\\x1b\\x0a\\u202ekkk")
    assert len(rest) < 200


@pytest.mark.parametrize("first", ["tide", "gauge", "~", ""])
@pytest.mark.parametrize("second", ["tide", "~"])
def test_a_key_that_is_given_twice_is_an_error(first: str, second: str) -> None:
    assert error_of(f"slug: {first}\nlanguage: en\nslug: {second}", line=3) == "'slug' is repeated"


@pytest.mark.parametrize("value", ["[a, b]", "[]", "{a: b}", "{}", "\n  - a", "\n  a: b"])
def test_a_list_or_a_map_is_not_a_value(value: str) -> None:
    assert error_of(f"language: en\nslug: {value}", line=2) == "expected `key: value` lines with plain values"


@pytest.mark.parametrize("text", ["? [url]\n: x", "? {url: x}\n: x"])
def test_a_list_or_a_map_is_not_a_key(text: str) -> None:
    assert error_of(text) == "expected `key: value` lines with plain values"


@pytest.mark.parametrize("text", ["- url: x", "url", "[]", "'url: x'", "7", "~"])
def test_anything_but_a_map_is_not_a_sidecar(text: str) -> None:
    assert error_of(f"\n{text}", line=2) == "expected `key: value` lines"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("slug: [", 1),
        ("slug: 'tide", 1),
        ("language: en\nslug: a: b", 2),
        ("language: en\n\tslug: tide", 2),
        ("language: en\nslug: *tide", 2),
        ("language: en\n@slug: tide", 2),
        ("%YAML 9.9\n---\nslug: tide", 1),
        ('slug: "\\q"', 1),
    ],
)
def test_text_that_is_not_yaml_is_rejected(text: str, line: int) -> None:
    assert error_of(text, line).startswith("not YAML: ")


def test_a_second_document_in_a_sidecar_is_rejected() -> None:
    assert error_of("language: en\n---\nlanguage: de", line=2) == "contains more than one YAML document"


@pytest.mark.parametrize("value", [f"1{':00' * 200}.5", "!!timestamp x", "!!int ''", "!tide x"])
def test_a_value_of_any_yaml_type_is_read_as_text(value: str) -> None:
    assert error_of(f"language: {value}").startswith("'language' must be a BCP 47 language tag")


def test_a_plain_value_with_a_colon_is_rejected_with_a_hint() -> None:
    assert error_of("slug: a: b", line=1).endswith("; put the value in quotation marks")


@pytest.mark.parametrize("text", [b"slug: \xff", b"slug: caf\xe9", b"# \xc3\n", b"slug: \xed\xa0\x80"])
def test_bytes_that_are_not_utf_8_are_rejected(text: bytes) -> None:
    assert error_of(b"language: en\n" + text, line=2) == "the file is not UTF-8"


@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\x7f", "\ufffe"])
def test_a_character_that_yaml_does_not_allow_is_named_by_its_line(character: str) -> None:
    assert error_of(f"language: en\n\nslug: a{character}b", line=3).startswith("not YAML: ")


@pytest.mark.parametrize("nesting", ["[" * 60_000, "- " * 30_000, "? " * 30_000])
def test_very_deep_nesting_is_an_error(nesting: str) -> None:
    assert error_of(nesting)


def test_an_alias_bomb_is_an_error_before_it_is_expanded() -> None:
    assert error_of(BOMB) == "expected `key: value` lines with plain values"


def test_a_list_that_contains_itself_is_not_a_value() -> None:
    assert "plain values" in error_of("slug: &a [*a]")


def test_a_yaml_tag_gives_only_text() -> None:
    assert parse_text("slug: !!python/name:os.system tide") == Sidecar(slug="tide")


def test_a_sidecar_at_the_limit_is_read_and_one_byte_over_is_not() -> None:
    text = "slug: tide #"
    assert parse_text(text.ljust(MAX_SIDECAR_BYTES, "x")) == Sidecar(slug="tide")
    assert (
        error_of(text.ljust(MAX_SIDECAR_BYTES + 1, "x"))
        == f"the file is larger than the limit of {MAX_SIDECAR_BYTES} bytes"
    )


def test_the_name_of_a_sidecar_is_escaped_in_the_message() -> None:
    with pytest.raises(Rejection) as caught:
        parse_sidecar(b"x: y", "a\nb\x1b.yaml")
    assert caught.value.message.startswith(r"sidecar a\x0ab\x1b.yaml line 1: 'x' ")


def test_a_document_without_a_sidecar_has_the_defaults(tmp_path: Path) -> None:
    assert read_with_sidecar(write(tmp_path, "page", Page()), 10_000).sidecar == Sidecar()


def test_a_sidecar_over_its_limit_is_named_in_the_message(tmp_path: Path) -> None:
    path = write(tmp_path, "page", Page(), "#" * (MAX_SIDECAR_BYTES + 1))
    with pytest.raises(Rejection, match=r"page\.yaml") as caught:
        read_with_sidecar(path, 10_000)
    assert str(MAX_SIDECAR_BYTES) in caught.value.message


@pytest.mark.parametrize("kind", ["folder", "link to nothing"])
def test_a_sidecar_that_is_not_a_file_is_named_in_the_message(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, "page", Page())
    if kind == "folder":
        path.with_suffix(".yaml").mkdir()
    else:
        path.with_suffix(".yaml").symlink_to(tmp_path / "nothing")
    with pytest.raises(Rejection, match=r"page\.yaml"):
        read_with_sidecar(path, 10_000)


# Pieces of YAML syntax, which random bytes rarely contain.
SCRAPS = st.sampled_from(
    [key.encode() + b": " for key in KEYS]
    + [
        b"\n",
        b"\r",
        b" ",
        b"- ",
        b"? ",
        b"[",
        b"]",
        b"{",
        b"}",
        b"&a ",
        b"*a ",
        b"!!null ",
        b"!<x> ",
        b"'",
        b'"',
    ]
    + [
        b"|\n",
        b">\n",
        b"#",
        b"%",
        b"---\n",
        b"...\n",
        b"\\x1b",
        b"\\ud800",
        b"\0",
        b"\x1b",
        b"\xff",
        b"\xc2\x85",
    ]
    + [
        URL.encode(),
        b"http://[",
        b"2026-04-21T12:00:00Z",
        b"9999-12-31T23:59:59-01:00",
        b"en",
        b"null",
        b"tide",
    ]
)


@given(st.one_of(st.binary(max_size=200), st.lists(SCRAPS, max_size=20).map(b"".join)))
@example(b'url: "http://a\\u2100\\x1b"')
def test_any_bytes_give_a_sidecar_or_one_printable_line(data: bytes) -> None:
    outcome: Sidecar | str
    try:
        outcome = parse_sidecar(data, "page.yaml")
    except Rejection as rejection:
        outcome = rejection.message
    if isinstance(outcome, Sidecar):
        assert outcome.published_at is None or outcome.published_at.tzinfo is UTC
    else:
        assert re.fullmatch(r"sidecar page\.yaml line [1-9]\d*: \S.*", outcome)
        assert outcome == printable(outcome)
