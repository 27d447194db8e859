"""Functions that JSON-LD, ninjs and JSON Feed share: texts, subjects, and objects without missing values."""

from typing import Any

# An entity with at least this salience is a subject of the article. The others are only mentioned.
MIN_SUBJECT_SALIENCE = 0.5


def body_text(article: dict[str, Any]) -> str:
    """Return the body of an article, with blank lines between paragraphs. `article` is its JSON."""
    return "\n\n".join(each["text"] for each in article["body"])


def is_subject(entity: dict[str, Any]) -> bool:
    """Return True if an article is about `entity`, and does not only mention it.

    `entity` is an item of `entities` in the JSON of the article. Its salience must be at least
    MIN_SUBJECT_SALIENCE.
    """
    salience: float = entity["salience"]
    return salience >= MIN_SUBJECT_SALIENCE


def without_missing(values: dict[str, Any]) -> dict[str, Any]:
    """Return `values` without members that are None or empty.

    In the JSON of this API, missing values are null. Other formats leave them out.
    """
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
