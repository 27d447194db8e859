"""Tests that `flask seed load` reads the same article from the Markdown that the API returns.

Some of the articles contain Markdown syntax in their texts.
"""

from datetime import UTC, datetime
from typing import Any

import frontmatter
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.v1.article_content import article_content
from api.v1.forms.markdown import escape_markdown, markdown_document
from seeds.parsing.files import SubmittedDocument
from seeds.parsing.formats.front_matter import parse
from seeds.parsing.formats.plain_text import clean_text
from seeds.parsing.sidecar import Sidecar
from seeds.preparing.article_record import make_record

HOSTILE = (
    *(
        "# Title",
        "#",
        "## a #",
        "> quoted",
        "- item",
        "-",
        "---",
        "--- a",
        "+ item",
        "* item",
        "***",
        "___",
        "==",
    ),
    *(
        "1. first",
        "12) then",
        "1.",
        "2026. That year",
        "5.5 metres",
        "1234567890. a",
        "    code",
        "```sh",
        "~~~",
    ),
    *("a *b* c", "**a**", "_a_", "__a__ b", "a_b_c", "_", "snake__case_", "`code`", "``", "~~gone~~", "a~b"),
    *(
        "[a](b)",
        "![a](b)",
        "[a]: http://b.example",
        "[^1]",
        "<b>bold</b>",
        "<!-- a -->",
        "<br>",
        "<http://a.b>",
    ),
    *(
        "&amp;",
        "&#35;",
        "&copy;",
        "a & b",
        "AT&T;",
        "\\",
        "\\\\ a",
        "a \\",
        "\\# a",
        "| a | b |",
        "|-|-|",
        ":---",
    ),
    *(
        "no",
        "null",
        "~",
        "2026",
        "1_000",
        "0x1F",
        "1e3",
        "2026-04-21",
        "yes: no",
        "'",
        '"',
        "%",
        "@a",
        "!tag",
        "? a",
    ),
    *(
        "{a: b}",
        "[a, b]",
        "*alias",
        "&anchor",
        "a: b #c",
        "a #b",
        ": a",
        "\ufeffa",
        "a\ufffeb",
        "😀 a",
        "\u202ea",
    ),
    *("$math$", "{{ tag }}", "{% raw %}", "a\u00adb", "\u200ba", "٣. a", "¹. a"),
)
ALPHABET = st.sampled_from("aZ9 .:#-_*`~[]()<>!&;|\\'\"{}%@=+?/凌é😀\u200b\u00ad")
hostile_texts = (
    (
        st.sampled_from(HOSTILE)
        | st.text(ALPHABET, min_size=1, max_size=12)
        | st.text(min_size=1, max_size=20)
        | st.tuples(st.sampled_from(HOSTILE), st.sampled_from(HOSTILE)).map(" ".join)
    )
    .map(clean_text)
    .filter(bool)
)
optional_texts = st.none() | hostile_texts
some_texts = st.lists(hostile_texts, max_size=3)
contents = st.fixed_dictionaries(
    {
        "slug": st.sampled_from(["no", "2026", "harbour-towns"]),
        "title": hostile_texts,
        "summary": optional_texts,
        "language": st.sampled_from(["en", "no", "zh-Hans"]),
        "author": optional_texts,
        "role": optional_texts,
        "publication": optional_texts,
        "image_caption": optional_texts,
        "image_url": st.none() | st.just("https://example.org/a_b*c.jpg?x=1&y=%20"),
        "published_at": st.none() | st.just(datetime(2026, 4, 21, 9, 30, 0, 5000, UTC)),
        "body": st.lists(hostile_texts, min_size=1, max_size=4),
        "analysis": st.none()
        | st.fixed_dictionaries(
            {
                "desk": optional_texts,
                "heading": optional_texts,
                "paragraphs": st.lists(hostile_texts, min_size=1, max_size=3),
            }
        ),
    }
)
related_titles = st.lists(st.tuples(hostile_texts, optional_texts), max_size=3)


def content_of(values: dict[str, Any], takeaways: list[str], related: list[Any]) -> dict[str, Any]:
    """Return the content of an article in the form that the database stores.

    Args:
        values: All other fields of the article, such as `title`, `body` and `analysis`.
        takeaways: The texts of the takeaways.
        related: The titles of related articles, each with its printed date or None.
    """
    analysis = values["analysis"]["paragraphs"] if values["analysis"] else []
    source = {"source_name": "a.txt", "source_sha256": "0", "source_bytes": 0}
    word_count = sum(len(text.split()) for text in (*values["body"], *analysis))
    return article_content(values | source | {"word_count": word_count}, takeaways, related)


def read_back(markdown: str) -> tuple[str, dict[str, Any]]:
    """Return the key and the content of the article that `seed load` makes from `markdown`."""
    data = markdown.encode()
    document = parse(data, "a.md")
    record = make_record(SubmittedDocument(data, document, Sidecar(), "/a"), str(document.metadata.slug))
    return record.key, record.content


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_is_read_as_the_same_text(text: str) -> None:
    text = clean_text(text)
    content = content_of({**BASE, "body": [text, text]}, [text], [])
    _, found = read_back(markdown_document("a", content))
    assert [each["text"] for each in found["body"]] == [text, text]
    assert [each["text"] for each in found["takeaways"]] == [text]


@given(contents, some_texts, related_titles)
@settings(max_examples=150)
def test_markdown_is_read_back_to_the_same_article_field_by_field(
    values: dict[str, Any], takeaways: list[str], related: list[tuple[str, str | None]]
) -> None:
    content = content_of({**BASE, **values}, takeaways, related)
    key, found = read_back(markdown_document("https://example.org/a: #1", content))
    assert key == "https://example.org/a: #1"
    for name, value in content.items():
        if name != "source":
            assert found[name] == value, name


def test_each_takeaway_and_each_paragraph_is_on_a_line_of_its_own() -> None:
    long = "A sentence of many words that a printer of YAML would fold. " * 5
    content = content_of({**BASE, "body": [long.strip()] * 2}, [long.strip()] * 2, [("Other", "3 weeks ago")])
    lines = markdown_document("a", content).splitlines()
    assert [line for line in lines if line.startswith("- A sentence")] == [f"- {long.strip()}"] * 2
    assert [line for line in lines if line.startswith("A sentence")] == [long.strip()] * 2


def test_python_frontmatter_reads_the_fields_and_the_text() -> None:
    published_at = datetime(2026, 4, 21, 9, 30, tzinfo=UTC)
    content = content_of({**BASE, "published_at": published_at}, ["One.", "No: two."], [])
    post = frontmatter.loads(markdown_document("a", content))
    assert post.metadata == {
        **{"title": "Harbour", "key": "a", "published_at": published_at, "language": "no", "slug": "harbour"},
        "takeaways": ["One.", "No: two."],
    }
    assert post.content == "It rained."


def test_plain_text_is_left_as_it_is() -> None:
    for text in (
        "In 2026, Sunrise grew 5.5% - a record (again).",
        "5-year plan",
        "a_b",
        "R&D at AT&T",
        "It's 3 > 2",
    ):
        assert escape_markdown(text) == text


BASE: dict[str, Any] = {
    **{"slug": "harbour", "title": "Harbour", "summary": None, "language": "no", "published_at": None},
    **{"author": None, "role": None, "publication": None, "image_caption": None, "image_url": None},
    **{"body": ["It rained."], "analysis": None},
}
