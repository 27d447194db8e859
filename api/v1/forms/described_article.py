"""Read an article for JSON-LD and ninjs, with the URLs of its entities in other sources."""

from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import BindParameter, bindparam, select

from api.database.request_connection import request_connection
from api.v1.part_rows import ENTITIES
from api.v1.renderings import find_rendering

IDS: BindParameter[Any] = bindparam("ids", expanding=True)
SELECT_SAME_AS = select(ENTITIES.c.id, ENTITIES.c.same_as).where(ENTITIES.c.id.in_(IDS))


class DescribedArticle(NamedTuple):
    """An article, and the URLs of its entities in other sources.

    Attributes:
        values: The JSON values of the article.
        same_as: Maps the id of an entity to its URLs. Entities without a URL are missing.
    """

    values: dict[str, Any]
    same_as: dict[str, list[str]]


def read_described_article(reference: str) -> DescribedArticle:
    """Return the article with the id or slug `reference`, and the URLs of its entities.

    Raises:
        HTTPException: There is no such article (404 or 410), or `reference` is an earlier slug (redirect).
    """
    values = orjson.loads(find_rendering(reference).article_json())
    ids = [UUID(entity["id"]) for entity in values["entities"]]
    rows = request_connection().execute(SELECT_SAME_AS, {"ids": ids})
    return DescribedArticle(values, {str(identity): same_as for identity, same_as in rows if same_as})
