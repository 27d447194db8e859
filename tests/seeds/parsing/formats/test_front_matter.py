"""Tests of reading Markdown with front matter."""

from datetime import UTC, datetime

import pytest

from seeds.parsing.document import Byline, Document, Rejection, RelatedTitle
from seeds.parsing.formats.brief import FIELDS
from seeds.parsing.formats.registry import parse


def read(text: str) -> Document:
    return parse(text.encode(), "ferry.md")


def rejection_of(text: str | bytes) -> str:
    """Parse `text`, which must be rejected, and return the rejection as `PLACE: MESSAGE`."""
    with pytest.raises(Rejection) as caught:
        parse(text.encode() if isinstance(text, str) else text, "ferry.md")
    return f"{caught.value.place}: {caught.value.message}"


def body_of(markdown: str) -> list[str]:
    return list(read(f"---\ntitle: Ferry\n---\n{markdown}").body)


def test_every_key_is_read() -> None:
    document = read("""\
---
title: "Ferry: Back"
summary: >-
  After nine
  years.
takeaways: [One ship., 'Two nets.']
author: Ines
role: Editor
publication: The Ledger
published_at: 2026-04-17
language: en-GB
url: https://a.example.org/ferry
key: ferry-1
image_url: https://a.example.org/f.jpg
image_caption: A ship.
slug: the-ferry
analysis:
  desk: Editor's Desk
  heading: Long View
  paragraphs:
  - It is slow.
related:
- One
- title: Two
  date: 3 weeks ago
---
It sailed.
""")
    assert (document.title, document.summary) == ("Ferry: Back", "After nine years.")
    assert [takeaway.text for takeaway in document.takeaways] == ["One ship.", "Two nets."]
    assert document.byline == Byline("Ines", "Editor", "The Ledger")
    assert document.analysis
    assert document.analysis.paragraphs == ("It is slow.",)
    assert document.related == (RelatedTitle("One", None), RelatedTitle("Two", "3 weeks ago"))
    assert (document.image_caption, document.body, document.warnings) == ("A ship.", ("It sailed.",), ())
    metadata = document.metadata
    assert metadata.published_at == datetime(2026, 4, 17, tzinfo=UTC)
    assert (metadata.key, metadata.slug, metadata.language) == ("ferry-1", "the-ferry", "en-GB")
    assert (document.lines.summary, document.lines.body) == ((3, 5), ((27, 27),))
    assert document.lines.related == ((23, 23), (24, 25))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("One\nline.\n\nTwo **bold** _words_ and `code`.", ["One line.", "Two bold words and code."]),
        ("## Why\n\nA [link](https://a.example.org) ![picture](p.jpg)here.", ["Why", "A link here."]),
        ("- One\n- Two\n\n  more\n\n1. Three", ["One", "Two", "more", "Three"]),
        ("> Quoted.\n\n```\na = 1\nb = 2\n```", ["Quoted.", "a = 1 b = 2"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["a | b", "1 | 2"]),
        ("Old ~~new~~\\\nbreak<br>and &amp; 1\\. \\* \\<b>", ["Old new break and & 1. * <b>"]),
        ("# Ferry\n\nText.", ["Text."]),
        ("# Another\n\nText.", ["Another", "Text."]),
        ("Text.\n\n---\n\nMore.\n<!-- note -->", ["Text.", "More."]),
    ],
)
def test_the_body_is_plain_text(markdown: str, expected: list[str]) -> None:
    assert body_of(markdown) == expected


def test_html_is_left_out_with_a_warning() -> None:
    document = read("---\ntitle: Ferry\n---\nText.\n\n<div>\nx\n</div>\n")
    assert document.body == ("Text.",)
    assert [(each.section, each.line) for each in document.warnings] == [("body", 6)]


def test_html_tags_within_a_paragraph_are_removed_without_a_warning() -> None:
    document = read("---\ntitle: Ferry\n---\nH<sub>2</sub>O is <span>water</span>.")
    assert (document.body, document.warnings) == (("H2O is water.",), ())


def test_a_heading_is_the_title_if_there_is_no_other() -> None:
    document = read("---\nlanguage: en\n---\n\n# The *Ferry*\n\nText.")
    assert (document.title, document.body, document.lines.title) == ("The Ferry", ("Text.",), (5, 5))


@pytest.mark.parametrize("heading", ["#", "# ![Logo](x.png)", "# <br>"])
def test_a_heading_without_text_is_not_the_title(heading: str) -> None:
    no_title = "line 1: the brief has no title; expected the key 'title'"
    assert rejection_of(f"---\nlanguage: en\n---\n{heading}\n\nText.\n\nMore.") == no_title
    assert body_of(f"{heading}\n\nFerry\n\nText.") == ["Ferry", "Text."]


def test_values_are_texts_whatever_their_yaml_type() -> None:
    assert read("---\ntitle: 2026\nsummary: no\nauthor: ~\n---\nText.").summary == "no"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "line 1: the file is empty; expected a line `---`"),
        ("# Title\n\nText.", "line 1: the file has no front matter; expected a line `---`"),
        ("---\ntitle: x\nText.", "line 1: the front matter has no end; expected a line `---`"),
        ("---\ntitle: [x\n---\nText.", "line 3: not YAML: "),
        (
            "---\ntitle: Harbour: A History\n---\nText.",
            "line 2: not YAML: mapping values are not allowed here; put the value in quotation marks",
        ),
        ("---\ntitle: x\ntitle: y\n---\nText.", "line 3: $.title is repeated"),
        (
            "---\ntitle: x\nauthors: y\n---\nT.",
            "line 3: $.authors is not a key of a brief; did you mean 'author'?",
        ),
        (
            "---\ntitle: x\ndate: y\n---\nT.",
            "line 3: $.date is not a key of a brief; did you mean 'published_at'?",
        ),
        (
            "---\ntitle: x\nxyz: y\n---\nT.",
            f"line 3: $.xyz is not a key of a brief; the keys are {FIELDS[0]}, ",
        ),
        ("---\n- x\n---\nText.", "line 2: $ must be an object with the keys title, "),
        ("---\ntitle: [x]\n---\nText.", "line 2: $.title must be text, not a list"),
        ("---\ntitle: x\ntakeaways: y\n---\nT.", 'line 3: $.takeaways must be a list of texts, not "y"'),
        ("---\ntitle: x\ntakeaways:\n- a\n-\n---\nT.", "line 5: $.takeaways[1] must be text, not nothing"),
        ("---\ntitle: x\nurl: a\n---\nT.", "line 3: $.url must be an http or https URL"),
        (
            "---\ntitle: x\nanalysis:\n  headline: y\n---\nT.",
            "line 4: $.analysis.headline is not a key of a brief",
        ),
        (
            "---\ntitle: x\nanalysis: {heading: y}\n---\nT.",
            "line 3: $.analysis must have the key 'paragraphs'",
        ),
        ("---\ntitle: x\nrelated: [{date: y}]\n---\nT.", "line 3: $.related[0] must have the key 'title'"),
        ("---\nlanguage: en\n---\nText.", "line 1: the brief has no title; expected the key 'title'"),
        (f"---\ntitle: {'x' * 501}\n---\nText.", "line 2: $.title must be text of 1 to 500 characters"),
        ("---\ntitle: x\n---\n\n", "line 2: the brief has no body; expected at least one paragraph"),
        ("---\ntitle: &a [*a]\n---\nText.", "line 2: the YAML has too many values, or is nested too"),
        ("---\nkey: ''\ntitle: x\n---\nT.", "line 2: $.key must be printable text of at most 2000 bytes"),
    ],
)
def test_a_rejection_names_the_line_and_what_would_be_right(text: str, expected: str) -> None:
    assert rejection_of(text).startswith(expected)


def test_bytes_that_are_not_utf_8_are_rejected() -> None:
    assert rejection_of(b"---\ntitle: caf\xe9\n---\nx").startswith("byte 14: the file is not UTF-8")
