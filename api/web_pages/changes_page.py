"""The page of changes: which briefs were added, changed or removed, the newest change first."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, ClassVar
from uuid import UUID

from flask import Response
from sqlalchemy import bindparam

from api.database.request_connection import request_connection
from api.listing.keyset import Rows
from api.listing.pages import make_page
from api.media_types import HTML
from api.resources.parameters import Choice, PageParameters
from api.urls import BROWSE_PATH
from api.v1.routes.changes import CHANGE_ROWS, CHANGES, COUNT_CHANGES, change_items
from api.web_pages.blueprint import blueprint, json_alternate, page_response
from api.web_pages.page_values import page_body, paging

SELECT_NEWEST = CHANGE_ROWS.order_by(CHANGES.c.sequence.desc()).limit(bindparam("row_count"))
SELECT_EARLIER = SELECT_NEWEST.where(CHANGES.c.sequence < bindparam("sequence"))


class ChangesPageParameters(PageParameters):
    """Query parameters of the page of changes: `limit` and `cursor`.

    `sort` is accepted too, but its only value is `-sequence`, which means the newest change first.
    """

    class Meta:
        exclude = ("total",)

    sort = Choice(["-sequence"], "The newest change is always first.", default="-sequence")


class NewestChanges:
    """The changes of all articles, the newest first.

    This class implements the interface RowSource, a source of pages. The change feed, which programs read,
    has the opposite order.
    """

    key_types: ClassVar[list[type]] = [int, datetime, UUID]

    def page(self, after: Sequence[Any] | None, limit: int) -> tuple[Rows, bool]:
        """Return at most `limit` changes, the newest first, and True if there are earlier changes.

        The changes are earlier than the change with the sort key `after`. If `after` is None, they are the
        newest changes.
        """
        values = {"row_count": limit + 1} | ({"sequence": after[0]} if after else {})
        rows = request_connection().execute(SELECT_EARLIER if after else SELECT_NEWEST, values).all()
        return rows[:limit], len(rows) > limit

    def total(self) -> int:
        """Return the number of all changes of articles."""
        return request_connection().scalar(COUNT_CHANGES) or 0


@blueprint.resource(
    f"{BROWSE_PATH}/changes", {"type": "string"}, query=ChangesPageParameters, content_type=HTML
)
def get_changes_page(parameters: dict[str, Any]) -> Response:
    """Show the changes.

    Returns an HTML page with the changes of `/v1/changes`, the newest first. The change feed itself begins
    with the oldest change, so that clients can follow it.
    """
    changes = page_body(make_page(NewestChanges(), parameters | {"total": False}, change_items))
    days = groupby(changes["data"], key=lambda change: change["changed_at"][: len("2026-04-21")])
    return page_response(
        "changes.html",
        title="Changes",
        section="changes",
        alternates=[json_alternate("/v1/changes")],
        days=[(day, list(several)) for day, several in days],
        paging=paging(changes),
    )
