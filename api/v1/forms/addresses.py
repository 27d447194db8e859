"""The identifiers of articles, stories and entities in forms for other programs, and the pages about them."""

from typing import Any

Values = dict[str, Any]


def identifier_of(reference: Values) -> str:
    """Return the URN of the article, story or entity that `reference`, JSON values with an `id`, refers to.

    It is the same in every database and does not depend on the address of the service.
    """
    return f"urn:uuid:{reference['id']}"


def page_of(kind: str, reference: Values, base_url: str) -> str:
    """Return the URL of the web page about an article, a story or an entity.

    Args:
        kind: `articles`, `stories` or `entities`.
        reference: JSON values with the `slug` of the resource.
        base_url: The prefix of the URL, from BRIEFS_BASE_URL.
    """
    return f"{base_url}/browse/{kind}/{reference['slug']}"
