"""The URNs of articles, stories and entities, and the URLs of their web pages, for feeds and other forms."""

from api.v1.json_values import Values


def urn_of(reference: Values) -> str:
    """Return the URN of an article, story or entity.

    `reference` is the JSON of the resource, or any part of it that contains its `id`. The URN is the same in
    every database and does not depend on the address of the service.
    """
    return f"urn:uuid:{reference['id']}"


def web_page_url(kind: str, reference: Values, base_url: str) -> str:
    """Return the URL of the web page about an article, a story or an entity.

    Args:
        kind: `articles`, `stories` or `entities`.
        reference: The JSON of the resource, or any part of it that contains its `slug`.
        base_url: The prefix of the URL, from BRIEFS_BASE_URL.
    """
    return f"{base_url}/browse/{kind}/{reference['slug']}"
