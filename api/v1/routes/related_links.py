"""The routes of related links (from one article to another): the list of all links, and one link."""

from typing import Any

from api.listing.pages import Page
from api.problem_kinds import ProblemKind
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.lookup import REFERENCE, find_by_id
from api.resources.serialization import select_keys
from api.v1 import listings, schemas
from api.v1 import query_parameters as queries
from api.v1.json_values import Values
from api.v1.part_rows import LINK_ROWS, LINKS

blueprint = Blueprint(
    "related-links",
    __name__,
    url_prefix="/v1",
    description="Read the links between articles, with the reasons for each.",
)

RELATED_LINK = PathParameter(
    "related_link", "The id of the related link.", "a9a3cae9-a122-522e-aba4-748e45559aca"
)

RELATED_LINK_BY_ID = LINK_ROWS.where(LINKS.c.id == REFERENCE)


@blueprint.resource("/related-links", schemas.RelatedLinkPage, query=queries.AllRelatedLinkParameters)
def list_related_links(parameters: dict[str, Any]) -> Page:
    """List related links.

    Returns the related links of all articles. By default, the links of the newest article come first. Links
    of the same article keep their order in the article.
    """
    return listings.related_link_page(parameters)


@blueprint.resource(
    "/related-links/<related_link>", schemas.RelatedLink, query=queries.RelatedLinkFields, path=RELATED_LINK
)
def get_related_link(parameters: dict[str, Any], related_link: str) -> Values:
    """Get a related link.

    Returns the link with its article, its target and its reasons. The target is the related article.
    `target` is `null` if no stored article is known to be this article.
    """
    row = find_by_id(RELATED_LINK_BY_ID, related_link, ProblemKind.RELATED_LINK_NOT_FOUND)
    items = listings.related_link_items([row])
    return select_keys(schemas.RelatedLink, parameters, items)[0]
