"""Tests of the functions that check the values in an export.

Each function accepts exactly one format. The error message for an invalid value contains this value.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.transfer.value_readers import (
    MalformedError,
    Reader,
    by_kind,
    checked,
    fraction,
    integer,
    integers,
    language,
    list_of,
    optional,
    record,
    secret_key,
    slug,
    text,
    texts,
    time,
    title,
    tuple_of,
    uuid,
)

# The first and the last year are reserved for missing times.
TIMES = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC))


def as_json(value: Any) -> Any:
    """Return `value` in the form of JSON that an export contains, for example a UUID as a string."""
    return orjson.loads(orjson.dumps(value, option=orjson.OPT_UTC_Z))


@given(st.uuids(), TIMES, st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_what_is_written_is_read(one: UUID, at: datetime, words: str) -> None:
    assert uuid(as_json(one)) == one
    assert time(as_json(at)) == at
    assert text(as_json(words)) == words


@given(st.floats(0, 1), st.integers(-(1 << 31), (1 << 31) - 1))
def test_numbers_are_read_unchanged(part: float, number: int) -> None:
    assert fraction(as_json(part)) == part
    assert integer(-(1 << 31))(as_json(number)) == number


REFUSED: list[tuple[Reader, tuple[Any, ...]]] = [
    (text, (None, 1, True, [], {}, "a\0")),
    (slug, ("", "-a", "A", "a b", "a" * 121, str(UUID(int=7)))),
    (uuid, ("", "7", 7, UUID(int=7).hex, f"{{{UUID(int=7)}}}", f"{UUID(int=7)} ")),
    (time, ("", "now", 7, "2026-04-21", "2026-04-21T09:30:00", "2026-04-21 09:30:00Z")),
    (time, ("2026-04-21T09:30:00.5Z", "2026-04-21T09:30:00z", "0001-01-01T00:00:00Z")),
    (integer(1, 3), (0, 4, 1.0, True, "1", None, 1 << 63)),
    (fraction, (0, 1, -0.1, 1.1, float("nan"), float("inf"), "0.5", None)),
    (list_of(text), (None, {}, "ab", [1])),
    (tuple_of(text, text), ([], ["a"], ["a", "b", "c"], "ab", {"a": 1, "b": 2})),
    (list_of(text, max_length=2), (["a", "b", "c"],)),
    (texts, (None, "ab", {}, [1], ["a", None], ["a\0"], ["a", []])),
    (integers(1, 3), (None, 1, {}, ["a"], [0], [1, 4], [1.0], [True], [1, None])),
    (title, (None, 1, "", " ", "\u3000", "\u200b", "a" * 501, "a\0")),
    (language, (None, 1, "", "e", "a" * 300, "en_GB", "en\n")),
    (record({"a": text}), (None, [], {}, {"a": 1}, {"a": "b", "c": "d"})),
]


@pytest.mark.parametrize(("read", "value"), [(read, value) for read, values in REFUSED for value in values])
def test_every_value_of_a_wrong_type_or_form_is_refused(read: Reader, value: Any) -> None:
    with pytest.raises(MalformedError):
        read(value)


def test_a_record_has_its_keys_in_the_declared_order() -> None:
    assert list(record({"a": text, "b": optional(text)})({"b": None, "a": "c"}).items()) == [
        ("a", "c"),
        ("b", None),
    ]


def test_the_kind_decides_which_other_keys_are_required() -> None:
    read = by_kind({"one": record({"kind": text, "a": text}), "two": record({"kind": text})})
    assert read({"kind": "one", "a": "b"}) == {"kind": "one", "a": "b"}
    assert read({"kind": "two"}) == {"kind": "two"}
    wrong: tuple[Any, ...] = ({"kind": "two", "a": "b"}, {"kind": "three"}, {"kind": []}, {"a": "b"}, None)
    for value in wrong:
        with pytest.raises(MalformedError):
            read(value)


def test_a_checked_value_is_returned_unchanged() -> None:
    written = str(UUID(int=7))
    assert checked(uuid)(written) == written
    with pytest.raises(MalformedError):
        checked(uuid)("seven")


def test_an_error_names_the_path_and_the_value_on_one_line() -> None:
    read = record({"a": list_of(record({"b": tuple_of(text, list_of(integer()))}))})
    wrong: tuple[tuple[Any, str], ...] = (
        (["c", ["d"]], 'a[1].b[1][0]: must be a whole number from 0 to 2147483647, not "d"'),
        ([1, []], "a[1].b[0]: must be a string, not 1"),
        ([{}, []], "a[1].b[0]: must be a string, not an object"),
        ("x\n" * 999, 'a[1].b: must be a list of 2 values, not "x\\x0ax\\x0ax'),
    )
    for value, message in wrong:
        with pytest.raises(MalformedError) as caught:
            read({"a": [{"b": ["", []]}, {"b": value}]})
        assert str(caught.value).startswith(message)
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize("value", ["opensesame", "\0" + "opensesame" * 9, 1234567, ["opensesame"], None])
def test_an_error_of_the_secret_key_does_not_contain_the_key(value: Any) -> None:
    with pytest.raises(MalformedError) as caught:
        secret_key(value)
    assert str(caught.value) == "must be a string of at least 16 characters, without NUL"


def test_times_in_time_zones_other_than_utc_are_refused() -> None:
    at = datetime(2026, 4, 21, tzinfo=UTC).astimezone(tz=None) + timedelta(hours=1)
    with pytest.raises(MalformedError, match="must be a UTC time"):
        time(at.isoformat())


def test_long_lists_are_read_unchanged() -> None:
    assert texts([]) == []
    assert texts(["a", "b"]) == ["a", "b"]
    assert integers(1, 3)([]) == []
    assert integers(1, 3)([3, 1]) == [3, 1]
