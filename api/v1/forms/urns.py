"""The URNs of articles, stories and entities, as feeds, JSON-LD and ninjs contain them."""

from api.v1.json_values import Values


def urn_of(reference: Values) -> str:
    """Return the URN of an article, story or entity.

    `reference` is the JSON of the resource, or any part of it that contains its `id`. The URN is the same in
    every database and does not depend on the address of the service.
    """
    return f"urn:uuid:{reference['id']}"
