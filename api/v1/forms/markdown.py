"""Write an article as Markdown with front matter, which `flask seed load` reads back to the same article."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

# Markdown (CommonMark with tables and strikethrough) gives these characters a meaning anywhere in a text. An
# underscore between letters or digits has none.
MARKS = re.compile(r"[\\`*\[<~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?[A-Za-z0-9]+;)")
# What precedes a mark that makes a text a heading, a quotation, an item of a list or a rule.
BEFORE_START_MARK = re.compile(r"(?=[#>+=-])|[0-9]{1,9}(?=[.)](?: |$))")


class _Timestamp(str):
    """A time (RFC 3339), written to YAML without quotation marks, so that YAML parsers load it as a time."""

    __slots__ = ()


class _FrontMatterDumper(yaml.SafeDumper):
    """A YAML dumper that writes each text on one line."""


_FrontMatterDumper.add_representer(
    _Timestamp,
    lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:timestamp", str(value)),
)


def markdown_document(key: str, content: Mapping[str, Any]) -> str:
    """Return an article as Markdown: YAML front matter with all fields that have a value, and the body.

    Args:
        key: The key that identifies the article when the document is loaded.
        content: The result of `api.v1.article_content.article_content`.
    """
    fields = {name: value for name, value in _front_matter(key, content).items() if value}
    matter = yaml.dump(
        fields, Dumper=_FrontMatterDumper, sort_keys=False, allow_unicode=True, width=float("inf")
    )
    body = "\n\n".join(escape_markdown(each["text"]) for each in content["body"])
    return f"---\n{matter}---\n\n{body}\n"


def escape_markdown(text: str) -> str:
    """Return Markdown that shows exactly `text`, which is one line without space at its ends."""
    escaped = MARKS.sub(r"\\\g<0>", text)
    before = BEFORE_START_MARK.match(escaped)
    return f"{before[0]}\\{escaped[before.end() :]}" if before else escaped


def _front_matter(key: str, content: Mapping[str, Any]) -> dict[str, Any]:
    byline, image = content["byline"] or {}, content["image"] or {}
    published_at, analysis = content["published_at"], content["analysis"]
    return {
        "title": content["title"],
        "key": key,
        "published_at": published_at and _Timestamp(published_at),
        "language": content["language"],
        "author": byline.get("author"),
        "role": byline.get("role"),
        "publication": byline.get("publication"),
        "image_url": image.get("url"),
        "image_caption": image.get("caption"),
        "slug": content["slug"],
        "summary": content["summary"],
        "takeaways": [each["text"] for each in content["takeaways"]],
        "analysis": analysis and {name: value for name, value in analysis.items() if value},
        "related": [_related(each) for each in content["related"]],
    }


def _related(link: Mapping[str, Any]) -> str | dict[str, str]:
    title: str = link["title"]
    return {"title": title, "date": link["date"]} if link["date"] else title
