"""The texts of an entry of a feed: the full text of an article as HTML, or its summary as plain text."""

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

Values = dict[str, Any]


def full_html(article: Values) -> str:
    """Return the takeaways, the body and the analysis of `article`, its JSON values, as HTML."""
    analysis = article["analysis"] or {"heading": None, "desk": None, "paragraphs": []}
    heading = analysis["heading"] or analysis["desk"]
    parts = [
        *_picture(article["image"]),
        *_list(each["text"] for each in article["takeaways"]),
        *(_element("p", each["text"]) for each in article["body"]),
        *([_element("h2", heading)] if heading else []),
        *(_element("p", text) for text in analysis["paragraphs"]),
    ]
    return "\n".join(parts)


def summary_text(article: Values) -> str:
    """Return the summary of `article` and its takeaways, one to a line, or the title if it has neither."""
    takeaways = "\n".join(f"• {each['text']}" for each in article["takeaways"])
    return "\n\n".join(filter(None, (article["summary"], takeaways))) or str(article["title"])


def author_of(article: Values) -> str | None:
    """Return the author of `article`, or else its publication, or None."""
    byline = article["byline"] or {}
    author: str | None = byline.get("author") or byline.get("publication")
    return author


def _element(name: str, text: str) -> Markup:
    # Markup escapes the values that it formats.
    return Markup("<{0}>{1}</{0}>").format(Markup(name), text)  # noqa: S704 -- `name` is a constant


def _list(texts: Iterable[str]) -> list[Markup]:
    items = Markup("").join(_element("li", text) for text in texts)
    return [Markup("<ul>{}</ul>").format(items)] if items else []


def _picture(image: Values | None) -> list[Markup]:
    if image is None or not image["url"]:
        return []
    return [Markup('<p><img src="{}" alt="{}"></p>').format(image["url"], image["caption"] or "")]
