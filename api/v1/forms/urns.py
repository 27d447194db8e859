"""The URNs of articles, stories and entities, as feeds, JSON-LD and ninjs contain them."""

from api.v1.json_values import Values


def urn_of(reference: Values) -> str:
    """Return the URN of an article, story or entity. It is the same in every database.

    `reference` is the JSON of the resource. Only its `id` is needed.
    """
    return f"urn:uuid:{reference['id']}"
