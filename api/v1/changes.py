"""The feed of changes, from which others keep a copy."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Row, select

from api.db import EPOCH, AnySelect, db
from api.listing.keyset import count_rows
from api.listing.pages import Page, make_page
from api.models import Change, Corpus
from api.problems import InvalidParameters, parameter_error
from api.resources.blueprint import Blueprint
from api.resources.lookup import NIL
from api.v1 import query_parameters as queries
from api.v1.schemas import history as schemas

# The place before the first change.
BEGINNING = [0, EPOCH, NIL]
ANOTHER_PAST = (
    "The change that it follows is not here, as after an older state of the database was restored. Begin the "
    "copy anew, without a cursor."
)

blueprint = Blueprint("changes", __name__, url_prefix="/v1", description="What changed, for keeping a copy.")


class Feed:
    """Changes in the order of their numbers: a source of pages, to which more is only ever added at the end.

    A place is a change's number, time and article: two pasts may have the same numbers.
    """

    key_types: ClassVar[list[type]] = [int, datetime, UUID]

    def page(self, place: list[Any] | None, count: int) -> Sequence[Row[Any]]:
        """Give the first `count` changes after `place`; raises InvalidParameters where that is not one."""
        number = place[0] if place else 0
        place_of = (Change.sequence, Change.changed_at, Change.article_id)
        if number:
            there = db.session.execute(select(*place_of).where(Change.sequence == number)).one_or_none()
            if there is None or list(there) != place:
                raise InvalidParameters([parameter_error("cursor", ANOTHER_PAST)])
        rows: AnySelect = select(Change, *place_of).where(Change.sequence > number)
        return db.session.execute(rows.order_by(Change.sequence).limit(count)).all()

    def total(self) -> int:
        """Count all changes."""
        return count_rows(select(Change.sequence))


@blueprint.resource("/changes", schemas.ChangePage, query=queries.ChangeParameters)
def list_changes(parameters: dict[str, Any]) -> Page:
    """Follow what changes.

    Every article that was created, updated (`fields` says in what) or removed, in the order in which that
    happened, none left out and none twice. `links.next` is never null: where nothing has come yet, it leads
    to what comes later. It does not expire. Keep it as it is; of its parameters only `limit` may be changed.

    To keep a copy of all articles:

    1. Begin at `/v1/changes`, without a cursor.
    2. For each change fetch `/v1/articles/{id}`, `id` being that of its `article`. This gives the article as
       it is now; put it in the place of the one that you have. Drop yours where `kind` is `removed`, and
       where the answer is 410, since the article has been removed meanwhile.
    3. Keep `links.next`, and go on there: at once after a page with changes, after a while when it was empty.
    4. Send `Cache-Control: no-cache` with all of these requests: a cache on the way may otherwise answer with
       an article as it was a minute ago, and a change of what is derived has no number by which to see that.
    5. Should the answer be a 422 that names `cursor`, the service has another past than you know: an older
       state of its database was restored, or its key is another one. Begin anew with an empty copy.

    `meta.corpus_revision` counts every change of the database. While it stays the same, nothing else has
    changed either: no entity, no computed link, no evidence. Where it is another one, these may differ, in
    articles that no change names too, and even if there is no change: send the `ETag` that you have of each
    as `If-None-Match`, with `Cache-Control: no-cache` too, and a 304 says that it is still the same.
    """
    page, headers = make_page(Feed(), parameters, feed_start=BEGINNING)
    # In the transaction that read the page, and so of the same moment.
    page["meta"]["corpus_revision"] = db.session.scalars(select(Corpus.revision)).one()
    return page, headers
