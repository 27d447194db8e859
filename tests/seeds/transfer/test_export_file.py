"""Tests of the file of an export: a truncated or altered file is refused with the number of the line."""

import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import orjson
import pytest

from seeds.transfer.export_file import ExportLine, InvalidExportError, format_counts, read_lines, write_lines

LONGEST = 1 << 20
Lines = list[dict[str, Any]]
UUID_TEXT = "f2c8f2a4-e8d6-51a9-9662-e3de69983d26"


def read(data: bytes, longest: int = LONGEST) -> list[ExportLine]:
    return list(read_lines(BytesIO(data), longest))


def error_of(data: bytes, longest: int = LONGEST) -> tuple[int, str]:
    """Read `data`, an invalid export, and return the line number and the message of the error.

    `longest` is the longest accepted line, in bytes.
    """
    with pytest.raises(InvalidExportError) as caught:
        read(data, longest)
    assert "\n" not in caught.value.message
    return caught.value.line, caught.value.message


def make_export(lines: Lines) -> bytes:
    """Return the bytes of an export with `lines`. The checksum in the last line is corrected."""
    data = b"".join(orjson.dumps(line) + b"\n" for line in lines[:-1])
    end = {"kind": "end", "lines": len(lines) - 1, "sha256": hashlib.sha256(data).hexdigest()}
    return data + orjson.dumps(end) + b"\n"


def fullest_line(lines: Lines, kind: str) -> int:
    """Return the index of the line of this kind that has the fewest empty values."""
    of_kind = [at for at, line in enumerate(lines) if line["kind"] == kind]
    return max(of_kind, key=lambda at: (sum(bool(value) for value in lines[at].values()), -at))


@pytest.fixture
def lines(exported: bytes) -> Lines:
    """Return the lines of an export, including the last line with the checksum, as dictionaries."""
    return [orjson.loads(line) for line in exported.splitlines()]


def test_what_is_written_is_read(exported: bytes) -> None:
    found = read(exported)
    kinds = {"corpus", "entity", "article", "former_story", "removed", "revision", "change"}
    assert {line.kind for line in found} == kinds
    assert [line.number for line in found] == list(range(1, len(found) + 1))
    assert sum(line.size for line in found) + len(exported.splitlines(keepends=True)[-1]) == len(exported)


def test_the_lines_that_were_read_can_be_written_unchanged(exported: bytes, lines: Lines) -> None:
    file = BytesIO()
    pairs = [(line["kind"], {name: line[name] for name in line if name != "kind"}) for line in lines[:-1]]
    counts = write_lines(pairs, file)
    assert file.getvalue() == exported
    assert counts.total() == len(pairs)


def test_the_counts_of_lines_are_formatted_as_text() -> None:
    counts = write_lines([("article", {}), ("entity", {}), ("entity", {})], BytesIO())
    assert format_counts(counts) == "1 article, 2 entities, 0 removed articles, 0 former revisions, 0 changes"


def test_a_file_that_is_truncated_at_any_byte_is_refused(lines: Lines) -> None:
    few = make_export(
        [next(line for line in lines if line["kind"] == kind) for kind in ("corpus", "removed", "end")]
    )
    assert len(read(few)) == 2
    for length in range(len(few)):
        line, message = error_of(few[:length])
        assert line == few[:length].count(b"\n") + 1
        assert "the file was cut off" in message


def test_an_altered_byte_is_refused(exported: bytes) -> None:
    for place in range(0, len(exported), 997):
        altered = bytearray(exported)
        altered[place] ^= 1
        error_of(bytes(altered))


def test_missing_repeated_and_moved_lines_are_refused(exported: bytes) -> None:
    whole = exported.splitlines(keepends=True)
    for at in range(len(whole)):
        error_of(b"".join(whole[:at] + whole[at + 1 :]))
        error_of(b"".join(whole[: at + 1] + whole[at:]))
        if at:
            error_of(b"".join([*whole[: at - 1], whole[at], whole[at - 1], *whole[at + 1 :]]))


def test_a_line_at_the_limit_is_read_and_one_byte_over_is_refused(exported: bytes) -> None:
    longest = max(map(len, exported.splitlines(keepends=True)))
    assert read(exported, longest)
    line, message = error_of(exported, longest - 1)
    assert len(exported.splitlines(keepends=True)[line - 1]) == longest
    assert (
        message == f"more than {longest - 1} bytes; if the line is right, increase BRIEFS_MAX_DOCUMENT_BYTES"
    )


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (lambda _: [], 1, "missing: the file was cut off before its last line, of kind end"),
        (lambda lines: [b"\xef\xbb\xbf", *lines], 1, "not JSON: "),
        (lambda _: [b"No export.\n"], 1, "not JSON: "),
        (lambda lines: [b"\n", *lines], 1, "not JSON: "),
        (lambda lines: [lines[0], b'{"kind":"entity"\n'], 2, "not JSON: "),
        (lambda lines: [lines[0], b"\xff\n"], 2, "not JSON: "),
        (lambda lines: [lines[0], b"[" * 5000 + b"\n"], 2, "not JSON: "),
        (lambda _: [b"[]\n"], 1, "expected a JSON object whose key `kind` is one of corpus, "),
        (lambda _: [b"{}\n"], 1, "expected a JSON object whose key `kind` is one of corpus, "),
        (lambda _: [b'{"kind":"articles"}\n'], 1, "expected a JSON object whose key `kind` is one of"),
        (lambda _: [b'{"kind":[]}\n'], 1, "expected a JSON object whose key `kind` is one of"),
        (lambda lines: lines[1:], 1, "kind: the first line, and only the first, must be of kind corpus"),
        (
            lambda lines: lines[:1] + lines,
            2,
            "kind: the first line, and only the first, must be of kind corpus",
        ),
        (lambda lines: [lines[0], lines[-2], *lines[1:]], 2, "sequence: must be 1: the sequence has no gaps"),
        (lambda lines: [*lines, b"\n"], None, "unexpected: the line of kind end must be the last line"),
        (lambda lines: [*lines[:-1], lines[1], lines[-1]], -1, "kind: entity must come before change"),
        (lambda lines: lines[:-2] + lines[-1:], -2, "lines: must be "),
    ],
)
def test_a_file_that_is_not_an_export_is_refused_with_the_line(
    exported: bytes, change: Callable[[list[bytes]], list[bytes]], line: int | None, message: str
) -> None:
    whole = exported.splitlines(keepends=True)
    expected = len(whole) + 1 if line is None else line % (len(whole) + 1)
    found, said = error_of(b"".join(change(whole)))
    assert said.startswith(message), said
    assert found == expected


def test_an_altered_line_is_detected_at_the_last_line(exported: bytes, lines: Lines) -> None:
    line, message = error_of(exported.replace(b'"changed_at":"20', b'"changed_at":"21', 1))
    assert line == len(lines)
    assert message.startswith("sha256: must be ")
    assert message.endswith(", the checksum of the lines above: the lines were altered")


WRONG: list[tuple[str, list[str | int], Any, str]] = [
    ("corpus", ["format"], 1, "format: must be 3; import the file with the version of the program that"),
    ("corpus", ["format"], 3.0, "format: must be a whole number from 1 to 2147483647, not 3.0"),
    ("corpus", ["revision"], -1, "revision: must be a whole number from 0 to 2147483647, not -1"),
    ("corpus", ["secret_key"], None, "secret_key: must be a string of at least 16 characters, without NUL"),
    ("corpus", ["last_article"], -1, "last_article: must be a whole number from 0 to 2251799813685247"),
    ("entity", ["number"], 0, "number: must be a whole number from 1 to 2251799813685247, not 0"),
    ("entity", ["id"], "not-an-id", 'id: must be a UUID, not "not-an-id"'),
    ("entity", ["id"], UUID_TEXT.upper(), f"id: must be a UUID in its usual form, {UUID_TEXT}, not "),
    ("entity", ["slug"], "No Slug", "slug: must be a slug: words of a-z and 0-9 joined by -, at most 120"),
    ("entity", ["type"], "persons", "type: must be one of person, organization, place, policy, product, e"),
    ("entity", ["aliases"], "a", 'aliases: must be a list, not "a"'),
    ("entity", ["aliases"], ["a", 1], "aliases[1]: must be a string, not 1"),
    ("entity", ["old_ids"], [UUID_TEXT, "b"], 'old_ids[1]: must be a UUID, not "b"'),
    ("entity", ["article_count"], 1.0, "article_count: must be a whole number from 0 to 2147483647, not 1.0"),
    ("article", ["number"], 0, "number: must be a whole number from 1 to 2251799813685247, not 0"),
    ("article", ["number"], 1 << 51, "number: must be a whole number from 1 to 2251799813685247, not "),
    ("article", ["title"], "a\0b", 'title: must be a string without NUL, not "a\\x00b"'),
    ("article", ["title"], {}, "title: must be a string, not an object"),
    ("article", ["derived_digest"], "abc", "derived_digest: must be a SHA-256 of 64 hexadecimal digits, not"),
    ("article", ["created_at"], "2026-04-21", "created_at: must be a UTC time of the years 2 to 9998, such"),
    ("article", ["created_at"], "2026-04-21T12:00:00+00:00", "created_at: must be a UTC time"),
    ("article", ["created_at"], "2026-04-21T12:00:00+02:00", "created_at: must be a UTC time"),
    ("article", ["published_at"], "9999-12-31T23:59:59.999999Z", "published_at: must be a UTC time"),
    ("article", ["updated_at"], "2026-02-30T12:00:00Z", "updated_at: must be a UTC time"),
    ("article", ["body", 0], None, "body[0]: must be a string, not null"),
    ("article", ["analysis"], {"desk": None}, "analysis: the key `heading` is missing"),
    (
        "article",
        ["takeaways", 0, "evidence"],
        [{"paragraph": 1, "score": 1}],
        "takeaways[0].evidence[0].score: ",
    ),
    (
        "article",
        ["entities", 0, "salience"],
        1.5,
        "entities[0].salience: must be a number from 0.0 to 1.0, not 1.5",
    ),
    (
        "article",
        ["entities", 0, "mentions", 0, 0],
        "foot",
        "entities[0].mentions[0][0]: must be one of",
    ),
    ("article", ["entities", 0, "mentions", 0], [], "entities[0].mentions[0]: must be a list of 5 values"),
    ("article", ["features", "names", 0], None, "features.names[0]: must be a string, not null"),
    ("article", ["features", "weights", 0], 1 << 16, "features.weights[0]: must be a whole number from 0"),
    ("article", ["features", "terms", 0], ["a"], "features.terms[0]: must be a list of 2 values, not a list"),
    ("article", ["related", 0, "basis"], "none", "related[0].basis: must be one of listed, computed"),
    (
        "article",
        ["related", 0, "reasons"],
        [{"kind": "luck"}],
        "related[0].reasons[0].kind: must be one of s",
    ),
    (
        "article",
        ["related", 0, "reasons"],
        [{}],
        "related[0].reasons[0]: must be an object with the key `kind`",
    ),
    (
        "article",
        ["related", 0, "reasons"],
        [{"kind": "near_duplicate"}],
        "related[0].reasons[0]: the key `wei",
    ),
    ("removed", ["slugs"], None, "slugs: must be a list, not null"),
    ("revision", ["revision"], 0, "revision: must be a whole number from 1"),
    ("revision", ["content"], {}, "content: the key `slug` is missing"),
    ("revision", ["content", "body"], [1], "content.body[0]: must be an object, not 1"),
    ("revision", ["document"], 7, "document: must be a string, not 7"),
    ("change", ["change"], "moved", "change: must be one of created, updated, removed"),
    ("change", ["sequence"], 4, "sequence: must be 1: the sequence has no gaps"),
    (
        "change",
        ["later"],
        1,
        'has an unknown key "later"; the keys are kind, sequence, change, article_id, slug',
    ),
    ("end", ["lines"], "3", 'lines: must be a whole number from 0 to 2147483647, not "3"'),
]


@pytest.mark.parametrize(("kind", "path", "value", "message"), WRONG)
def test_a_wrong_value_is_refused_with_its_path_and_the_expected_value(
    lines: Lines, kind: str, path: list[str | int], value: Any, message: str
) -> None:
    at = lines.index(next(line for line in lines if line["kind"] == kind))
    at = at if kind in ("change", "corpus", "end") else fullest_line(lines, kind)
    *above, last = path
    place: Any = lines[at]
    for name in above:
        place = place[name]
    place[last] = value
    data = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    found, said = error_of(data)
    assert said.startswith(message), said
    assert found == at + 1


def test_every_line_must_have_all_keys(lines: Lines) -> None:
    for kind in {line["kind"] for line in lines}:
        at = fullest_line(lines, kind)
        for name in list(lines[at])[1:]:
            without = [
                *lines[:at],
                {key: lines[at][key] for key in lines[at] if key != name},
                *lines[at + 1 :],
            ]
            line, message = error_of(b"".join(orjson.dumps(each) + b"\n" for each in without))
            assert line == at + 1
            assert message == f"the key `{name}` is missing" or name == "format"


@pytest.mark.parametrize(
    ("kind", "name"),
    [("entity", "id"), ("article", "number"), ("removed", "id"), ("revision", "article_id and")],
)
def test_lines_of_a_kind_must_be_in_order(lines: Lines, kind: str, name: str) -> None:
    at = next(at for at, line in enumerate(lines) if line["kind"] == kind == lines[at - 1]["kind"])
    for moved in (
        [*lines[: at - 1], lines[at], lines[at - 1], *lines[at + 1 :]],
        lines[: at + 1] + lines[at:],
    ):
        line, message = error_of(make_export(moved))
        assert line in (at + 1, at + 2)
        assert message.startswith(name)
        assert message.endswith("must be greater than in the line above")
