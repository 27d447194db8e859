"""Takeaways across articles."""

from typing import Any

from api.blueprint import Blueprint, PathParameter
from api.lookup import find_by_id
from api.models import Takeaway
from api.paging import Page, collection
from api.v1 import collections, schemas
from api.v1 import parameters as queries

blueprint = Blueprint("takeaways", __name__, url_prefix="/v1", description="Key points across articles.")

TAKEAWAY = PathParameter("takeaway", "The takeaway's id.", "b0ef452c-0a29-556a-8439-10aa7a5f57d8")


@blueprint.resource("/takeaways", schemas.TakeawayPage, query=queries.AllTakeawayParameters)
def list_takeaways(parameters: dict[str, Any]) -> Page:
    """List takeaways.

    Those of the last published article first, each article's in the order of its page.
    """
    return collection(collections.takeaways(parameters), parameters)


@blueprint.resource("/takeaways/<takeaway>", schemas.Takeaway, query=queries.TakeawayFields, path=TAKEAWAY)
def get_takeaway(_: dict[str, Any], takeaway: str) -> Takeaway:
    """Get one takeaway.

    With its article, the entities that it names and the paragraphs that support it.
    """
    row: Takeaway = find_by_id(collections.TAKEAWAYS.rows, takeaway)
    return row
