"""The routes of takeaways (key points of articles): the list of all takeaways, and one takeaway."""

from typing import Any

from api.listing.pages import Page
from api.problem_kinds import ProblemKind
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.lookup import REFERENCE, find_by_id
from api.resources.serialization import select_keys
from api.v1 import listings, schemas
from api.v1 import query_parameters as queries
from api.v1.json_values import Values
from api.v1.part_rows import TAKEAWAY_ROWS, TAKEAWAYS

blueprint = Blueprint(
    "takeaways",
    __name__,
    url_prefix="/v1",
    description="Search the key points of all articles. Each names the paragraphs that support it.",
)

TAKEAWAY = PathParameter("takeaway", "The id of the takeaway.", "b0ef452c-0a29-556a-8439-10aa7a5f57d8")

TAKEAWAY_BY_ID = TAKEAWAY_ROWS.where(TAKEAWAYS.c.id == REFERENCE)


@blueprint.resource("/takeaways", schemas.TakeawayPage, query=queries.AllTakeawayParameters)
def list_takeaways(parameters: dict[str, Any]) -> Page:
    """List takeaways.

    Returns the takeaways (key points) of all articles. By default, the takeaways of the newest article come
    first. Takeaways of the same article keep their order in the article.
    """
    return listings.takeaway_page(parameters)


@blueprint.resource("/takeaways/<takeaway>", schemas.Takeaway, query=queries.TakeawayFields, path=TAKEAWAY)
def get_takeaway(parameters: dict[str, Any], takeaway: str) -> Values:
    """Get a takeaway.

    Returns the takeaway with its article, the entities that it mentions and the paragraphs that support it.
    """
    items = listings.takeaway_items([find_by_id(TAKEAWAY_BY_ID, takeaway, ProblemKind.TAKEAWAY_NOT_FOUND)])
    return select_keys(schemas.Takeaway, parameters, items)[0]
