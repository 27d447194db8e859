"""Describe an article in version 3 of ninjs, the IPTC's JSON format for news."""

from collections.abc import Mapping, Sequence

from api.media_types import PLAIN_TEXT
from api.v1.forms.shared_values import body_text, is_subject, without_missing
from api.v1.forms.urns import urn_of
from api.v1.json_values import Values

STANDARD = {
    "name": "ninjs",
    "version": "3.2",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.2.json#",
}
# The array in ninjs for each type of entity. ninjs has no array for policies.
ENTITY_ARRAYS = {
    "person": "people",
    "organization": "organisations",
    "place": "places",
    "policy": "subjects",
    "product": "objects",
    "event": "events",
}


def ninjs_item(article: Values, same_as: Mapping[str, Sequence[str]]) -> Values:
    """Return an article as a ninjs item, which identifies resources by URNs.

    Args:
        article: The JSON values of the article.
        same_as: The URLs of entities in other sources, by entity id. Entities without a URL are missing.
    """
    byline = article["byline"] or {}
    return without_missing(
        {
            "uri": urn_of(article),
            "standard": STANDARD,
            "type": "text",
            "representationType": "full",
            "pubStatus": "usable",
            "version": str(article["revision"]),
            "firstCreated": article["created_at"],
            "versionCreated": article["updated_at"],
            "contentCreated": article["published_at"],
            "language": article["language"],
            "title": article["title"],
            "slugline": article["slug"],
            "by": ", ".join(filter(None, (byline.get("author"), byline.get("role")))),
            "infoSources": _publication(byline.get("publication")),
            "headlines": [{"role": "main", "contentType": PLAIN_TEXT, "value": article["title"]}],
            "descriptions": _descriptions(article),
            "bodies": _bodies(article),
            **_entities(article, same_as),
            "associations": [*_image(article["image"]), *_stories_and_articles(article)],
        }
    )


def _publication(name: str | None) -> list[Values]:
    return [{"name": name, "role": "publisher"}] if name else []


def _descriptions(article: Values) -> list[Values]:
    image = article["image"] or {}
    texts = [("summary", article["summary"]), ("caption", image.get("caption"))]
    texts += [("takeaway", each["text"]) for each in article["takeaways"]]
    return [{"role": role, "contentType": PLAIN_TEXT, "value": text} for role, text in texts if text]


def _bodies(article: Values) -> list[Values]:
    analysis = article["analysis"]
    texts = [("main", body_text(article))]
    if analysis:
        texts.append(("analysis", "\n\n".join(filter(None, (analysis["heading"], *analysis["paragraphs"])))))
    return [
        {
            "role": role,
            "contentType": PLAIN_TEXT,
            "charCount": len(text),
            "wordCount": len(text.split()),
            "value": text,
        }
        for role, text in texts
    ]


def _entities(article: Values, same_as: Mapping[str, Sequence[str]]) -> Values:
    arrays: dict[str, list[Values]] = {}
    for entity in article["entities"]:
        known = same_as.get(entity["id"])
        described = {
            "name": entity["name"],
            "rel": "about" if is_subject(entity) else "mentions",
            # An entity has one identifier in ninjs. Other programs know the URL, but not the URN.
            "uri": known[0] if known else urn_of(entity),
            "literal": entity["slug"],
        }
        arrays.setdefault(ENTITY_ARRAYS[entity["type"]], []).append(described)
    return arrays


def _image(image: Values | None) -> list[Values]:
    if image is None or not image["url"]:
        return []
    rendition = {"name": "main", "href": image["url"]}
    return [
        {"name": "image", "rel": "image", "uri": image["url"], "type": "picture", "renditions": [rendition]}
    ]


def _stories_and_articles(article: Values) -> list[Values]:
    """Return the story of an article, and the targets of its links, as associated items of ninjs."""
    targets = [link["target"] for link in article["related"] if link["target"]]
    related = [_association(f"related-{at}", "related", "text", each) for at, each in enumerate(targets, 1)]
    return [_association("story", "story", "composite", article["story"]), *related]


def _association(name: str, relation: str, kind: str, reference: Values) -> Values:
    return {
        "name": name,
        "rel": relation,
        "uri": urn_of(reference),
        "type": kind,
        "headlines": [{"value": reference["title"]}],
    }
