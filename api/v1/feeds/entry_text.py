"""The texts of an entry of a feed: the full text of an article as HTML, or its summary as plain text."""

from collections.abc import Iterable

from markupsafe import escape

from api.v1.json_values import Values


def full_html(article: Values) -> str:
    """Return the picture, the takeaways, the body and the analysis of an article as HTML.

    `article` is the JSON of the article.
    """
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
    """Return the summary and the takeaways (one per line) of `article`, or its title if it has neither."""
    takeaways = "\n".join(f"• {each['text']}" for each in article["takeaways"])
    return "\n\n".join(filter(None, (article["summary"], takeaways))) or str(article["title"])


def author_of(article: Values) -> str | None:
    """Return the author of `article`, or its publication if no author is named, or None."""
    byline = article["byline"] or {}
    author: str | None = byline.get("author") or byline.get("publication")
    return author


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _list(texts: Iterable[str]) -> list[str]:
    items = "".join(_element("li", text) for text in texts)
    return [f"<ul>{items}</ul>"] if items else []


def _picture(image: Values | None) -> list[str]:
    if image is None or not image["url"]:
        return []
    return [f'<p><img src="{escape(image["url"])}" alt="{escape(image["caption"] or "")}"></p>']
