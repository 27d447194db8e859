"""Describe an article in the vocabulary of schema.org, as JSON-LD."""

from collections.abc import Mapping, Sequence

from api.urls import page_url
from api.v1.forms.shared_values import body_text, is_subject, without_missing
from api.v1.forms.urns import urn_of
from api.v1.json_values import Values

CONTEXT = "https://schema.org"
# The type in schema.org for each type of entity. schema.org has none for policies, such as plans and laws.
ENTITY_TYPES = {
    "person": "Person",
    "organization": "Organization",
    "place": "Place",
    "policy": "Thing",
    "product": "Product",
    "event": "Event",
}


def news_article(article: Values, same_as: Mapping[str, Sequence[str]]) -> Values:
    """Return an article as a `NewsArticle` of schema.org.

    Args:
        article: The JSON values of the article.
        same_as: The URLs of the entities in other sources, by the id of the entity. Entities without a URL
            are missing.
    """
    entities = [(each, _entity(each, same_as)) for each in article["entities"]]
    page = page_url("articles", article["slug"])
    return without_missing(
        {
            "@context": CONTEXT,
            "@type": "NewsArticle",
            "@id": urn_of(article),
            "url": page,
            "mainEntityOfPage": page,
            "headline": article["title"],
            "description": article["summary"],
            "inLanguage": article["language"],
            **_signature(article["byline"] or {}),
            "image": _image(article["image"]),
            "datePublished": article["published_at"],
            "dateModified": article["updated_at"],
            "version": article["revision"],
            "wordCount": article["word_count"],
            "timeRequired": f"PT{article['reading_minutes']}M",
            "abstract": [each["text"] for each in article["takeaways"]],
            "articleBody": body_text(article),
            "hasPart": _analysis(article),
            "isPartOf": _story(article["story"]),
            "about": [described for entity, described in entities if is_subject(entity)],
            "mentions": [described for entity, described in entities if not is_subject(entity)],
        }
    )


def _signature(byline: Values) -> Values:
    author = {"@type": "Person", "name": byline.get("author"), "jobTitle": byline.get("role")}
    publisher = {"@type": "Organization", "name": byline.get("publication")}
    return {
        "author": without_missing(author) if author["name"] else None,
        "publisher": publisher if publisher["name"] else None,
    }


def _image(image: Values | None) -> Values | None:
    if image is None:
        return None
    return without_missing({"@type": "ImageObject", "url": image["url"], "caption": image["caption"]})


def _analysis(article: Values) -> Values | None:
    analysis = article["analysis"]
    if analysis is None:
        return None
    return without_missing(
        {
            "@type": "AnalysisNewsArticle",
            "@id": f"{urn_of(article)}#analysis",
            "headline": analysis["heading"],
            "articleSection": analysis["desk"],
            "inLanguage": article["language"],
            "articleBody": "\n\n".join(analysis["paragraphs"]),
        }
    )


def _story(story: Values) -> Values:
    return {
        "@type": "Collection",
        "@id": urn_of(story),
        "url": page_url("stories", story["slug"]),
        "name": story["title"],
    }


def _entity(entity: Values, same_as: Mapping[str, Sequence[str]]) -> Values:
    return without_missing(
        {
            "@type": ENTITY_TYPES[entity["type"]],
            "@id": urn_of(entity),
            "url": page_url("entities", entity["slug"]),
            "name": entity["name"],
            "sameAs": same_as.get(entity["id"]),
        }
    )
