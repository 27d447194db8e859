"""The feed of changes, from which others keep a copy."""

from typing import Any

from sqlalchemy import select

from api.blueprint import Blueprint
from api.db import db
from api.models import Corpus
from api.paging import Page, collection
from api.v1 import collections
from api.v1 import history_schemas as schemas
from api.v1 import parameters as queries

blueprint = Blueprint("changes", __name__, url_prefix="/v1", description="What changed, for keeping a copy.")

# Before the first change.
BEGINNING = [0]


@blueprint.resource("/changes", schemas.ChangePage, query=queries.ChangeParameters)
def list_changes(parameters: dict[str, Any]) -> Page:
    """Follow what changes.

    Every article that was created, updated (`fields` says in what) or removed, in the order in which that
    happened, none left out and none twice. `links.next` is never null: where nothing has come yet, it leads
    to what comes later. It does not expire.

    To keep a copy of all articles:

    1. Begin at `/v1/changes`, without a cursor.
    2. For each change fetch `/v1/articles/{id}`, `id` being that of its `article`. This gives the article as
       it is now; put it in the place of the one that you have. Drop yours where `kind` is `removed`, and
       where the answer is 410, since the article has been removed meanwhile.
    3. Keep `links.next`, and go on there: at once after a page with changes, after a while when it was empty.

    `meta.corpus_revision` counts every change of the database. While it stays the same, nothing else has
    changed either: no entity, no computed link, no evidence. Where it is another one, these may differ, in
    articles that no change names too, and even if there is no change: send the `ETag` that you have of each
    as `If-None-Match`, and a 304 says that it is still the same.

    A cache on the way may answer with an article as it was before: its `revision` is then lower than that of
    the change. Ask again with `Cache-Control: no-cache`.
    """
    page, headers = collection(collections.changes(parameters), parameters, begin=BEGINNING)
    # In the transaction that read the page, and so of the same moment.
    page["meta"]["corpus_revision"] = db.session.scalars(select(Corpus.revision)).one()
    return page, headers
