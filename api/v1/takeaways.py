"""The routes of takeaways (key points of articles): the list of all takeaways, and one takeaway."""

from typing import Any

from api.listing.pages import Page, make_page
from api.models import Takeaway
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.lookup import find_by_id
from api.v1 import listings, schemas
from api.v1 import query_parameters as queries

blueprint = Blueprint("takeaways", __name__, url_prefix="/v1", description="The key points of all articles.")

TAKEAWAY = PathParameter("takeaway", "The id of the takeaway.", "b0ef452c-0a29-556a-8439-10aa7a5f57d8")


@blueprint.resource("/takeaways", schemas.TakeawayPage, query=queries.AllTakeawayParameters)
def list_takeaways(parameters: dict[str, Any]) -> Page:
    """List takeaways.

    Returns the takeaways (key points) of all articles, by default of the newest article first. Takeaways of
    the same article keep their order in the article.
    """
    return make_page(listings.takeaways(parameters), parameters)


@blueprint.resource("/takeaways/<takeaway>", schemas.Takeaway, query=queries.TakeawayFields, path=TAKEAWAY)
def get_takeaway(_: dict[str, Any], takeaway: str) -> Takeaway:
    """Get a takeaway.

    Returns the takeaway with its article, the entities that it mentions and the paragraphs that support it.
    """
    row: Takeaway = find_by_id(listings.TAKEAWAYS.rows, takeaway)
    return row
