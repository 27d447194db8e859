"""The routes of related links (from one article to another): the list of all links, and one link."""

from typing import Any

from api.listing.pages import Page, make_page
from api.models import RelatedLink
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.lookup import find_by_id
from api.v1 import listings, schemas
from api.v1 import query_parameters as queries

blueprint = Blueprint(
    "related-links", __name__, url_prefix="/v1", description="Links from one article to another."
)

RELATED_LINK = PathParameter(
    "related_link", "The id of the related link.", "a9a3cae9-a122-522e-aba4-748e45559aca"
)


@blueprint.resource("/related-links", schemas.RelatedLinkPage, query=queries.AllRelatedLinkParameters)
def list_related_links(parameters: dict[str, Any]) -> Page:
    """List related links.

    Returns the related links of all articles, by default of the newest article first. Links of the same
    article keep their order in the article.
    """
    return make_page(listings.related_links(parameters), parameters)


@blueprint.resource(
    "/related-links/<related_link>", schemas.RelatedLink, query=queries.RelatedLinkFields, path=RELATED_LINK
)
def get_related_link(_: dict[str, Any], related_link: str) -> RelatedLink:
    """Get a related link.

    Returns the link with its article, its target and its reasons. `target` is `null` as long as the
    article with the listed title is unknown.
    """
    row: RelatedLink = find_by_id(listings.RELATED_LINKS.rows, related_link)
    return row
