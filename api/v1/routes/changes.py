"""The route of the change feed, which lets clients keep a copy of all articles up to date."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Text, bindparam, cast, select

from api.database.base import table_of
from api.database.column_types import EPOCH
from api.database.request_connection import request_connection
from api.listing.keyset import Rows, count_of
from api.listing.pages import Page, make_page
from api.models import CORPUS_REVISION, Change
from api.problems import InvalidCursor
from api.resources.blueprint import Blueprint
from api.resources.fields import rfc3339
from api.v1 import query_parameters as queries
from api.v1.json_values import Values, article_reference, stored_json
from api.v1.schemas import history as schemas

# The sort key (number, time, article id) of an imaginary change before the first change.
FEED_START = [0, EPOCH, UUID(int=0)]
CHANGES = table_of(Change)
SORT_KEY = (CHANGES.c.sequence, CHANGES.c.changed_at, CHANGES.c.article_id)
SELECT_KEY = select(*SORT_KEY).where(CHANGES.c.sequence == bindparam("sequence"))
CHANGE_ROWS = select(CHANGES.c.kind, CHANGES.c.slug, CHANGES.c.title, CHANGES.c.revision).add_columns(
    cast(CHANGES.c.fields, Text).label("fields"), *SORT_KEY
)
SELECT_CHANGES = (
    CHANGE_ROWS.where(CHANGES.c.sequence > bindparam("sequence"))
    .order_by(CHANGES.c.sequence)
    .limit(bindparam("row_count"))
)
COUNT_CHANGES = count_of(select(CHANGES.c.sequence))
UNKNOWN_CHANGE = (
    "The change of this cursor does not exist, for example because an older backup was restored. Discard "
    "your copy and start again without a cursor."
)

blueprint = Blueprint(
    "changes",
    __name__,
    url_prefix="/v1",
    description="Keep a copy of all articles: the change feed lists every change in order.",
)


class ChangeFeed:
    """All changes of articles in the order of their numbers.

    `make_page` reads pages of changes from this class, which implements RowSource. New changes are only added
    at the end. The sort key of a change consists of its number, its time and the id of its article.
    """

    # The number alone is not enough, since a different change can have the same number after a backup was
    # restored.
    key_types: ClassVar[list[type]] = [int, datetime, UUID]

    def page(self, after: Sequence[Any] | None, limit: int) -> tuple[Rows, bool]:
        """Return at most `limit` rows with changes and their sort keys, and True if there are more.

        The rows follow the change with the sort key `after`. If `after` is None or FEED_START, begin with the
        first change.

        Raises:
            InvalidCursor: `after` is neither FEED_START nor the sort key of a change.
        """
        number = after[0] if after else 0
        if number:
            known = request_connection().execute(SELECT_KEY, {"sequence": number}).one_or_none()
            if known is None or list(known) != after:
                raise InvalidCursor(UNKNOWN_CHANGE)
        rows = (
            request_connection().execute(SELECT_CHANGES, {"sequence": number, "row_count": limit + 1}).all()
        )
        return rows[:limit], len(rows) > limit

    def total(self) -> int:
        """Return the number of all changes of articles."""
        return request_connection().scalar(COUNT_CHANGES) or 0


def change_items(rows: Rows) -> list[Values]:
    """Return the JSON values of changes of articles.

    Each of `rows` is a change, with the columns of the statement `CHANGE_ROWS`.
    """
    return [_change(row) for row in rows]


def _change(row: Any) -> Values:
    return {
        "sequence": row.sequence,
        "kind": row.kind,
        "article": article_reference(row.article_id, row.slug, row.title),
        "revision": row.revision,
        "changed_at": rfc3339(row.changed_at),
        "fields": stored_json(row.fields),
    }


@blueprint.resource("/changes", schemas.ChangePage, query=queries.ChangeParameters)
def list_changes(parameters: dict[str, Any]) -> Page:
    """Follow the changes.

    Returns every change of an article in the order in which it was committed: `created`, `updated` (`fields`
    lists what changed) or `removed`. The feed is complete. `links.next` is never `null`: on the last page it
    leads to later changes. The link has no time limit. Use it unchanged, except for `limit`.

    To keep a copy of all articles:

    1. Start at `/v1/changes` without a cursor.
    2. For each change, get `/v1/articles/{id}` with the `id` of its `article`, and replace your copy of that
       article. Delete the article from your copy if `kind` is `removed` or if the status is 410.
    3. Store `links.next` and continue there: at once after a page with changes, later after an empty page.
    4. Send `Cache-Control: no-cache` with all of these requests. Otherwise a cache can return an older
       version of an article.
    5. If the response is a 422 of the type `/problems/invalid-cursor`, an older backup of the database was
       restored or the key of the service changed. Discard your copy and start again.

    Entities, computed links and evidence can change without a new revision, even for articles that are not in
    the change feed. `meta.corpus_revision` increases with every change of the database. If it is the same as
    before, nothing has changed. If it differs, check each article with `If-None-Match` and its `ETag`, and
    with `Cache-Control: no-cache`. The status 304 means that your copy is current.
    """
    page, headers = make_page(ChangeFeed(), parameters, change_items, feed_start=FEED_START)
    # Read in the same transaction as the page, so both show the same state of the database.
    page["meta"]["corpus_revision"] = request_connection().scalars(CORPUS_REVISION).one()
    return page, headers
