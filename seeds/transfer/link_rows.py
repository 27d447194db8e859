"""Make the rows of the links of an article from its line in an export, without the database."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from api.models import published_key, score_key
from seeds.linking.link_table import computed_link_row
from seeds.preparing.article_record import ArticleRecord
from seeds.storing.row_builders import Row, listed_link_rows
from seeds.transfer.value_readers import MalformedError

Values = Mapping[str, Any]


def link_rows(values: Values, record: ArticleRecord) -> list[Row]:
    """Return the rows of the links of an article in an export, in the form of `LineRows.links`.

    The rows have no reasons yet. `values` are the values of the article's line, and `record` is its content.

    Raises:
        MalformedError: A link is incomplete, two links lead to one article, or the order is wrong.
    """
    number, identity = values["number"], values["id"]
    for at, link in enumerate(values["related"]):
        _check_link(link, f"related[{at}]")
    targets = [link["target_id"] for link in values["related"] if link["target_id"]]
    if len(set(targets)) != len(targets):
        raise MalformedError("must not have two links to the same article", "related")
    published = published_key(record.published_at)
    listed = iter(listed_link_rows(number, identity, record))
    rows = []
    for link in values["related"]:
        target = link["target_id"]
        if link["basis"] == "listed":
            row = next(listed) | {"score_key": score_key(link["score"])}
        else:
            row = computed_link_row((number, identity), (0, target), link["score"], [], published)
        del row["target"]
        rows.append(row | {"target_id": target})
    if any(above["precedence"] <= below["precedence"] for above, below in pairwise(rows)):
        raise MalformedError("must have listed links first, and then computed links by score", "related")
    return rows


def _check_link(link: Values, path: str) -> None:
    """Check that a link in an export has the values that its kind requires.

    A link that a page lists requires a title. A computed link requires a target and a score, and must not
    have a title or a printed date. `path` is its position for the message, such as `related[0]`.

    Raises:
        MalformedError: A required value is null, or a value must be null.
    """
    is_listed = link["basis"] == "listed"
    for name in ("title",) if is_listed else ("target_id", "score"):
        if link[name] is None:
            raise MalformedError(f"must not be null if `basis` is {link['basis']}", f"{path}.{name}")
    for name in () if is_listed else ("title", "printed_date"):
        if link[name] is not None:
            raise MalformedError(f"must be null if `basis` is {link['basis']}", f"{path}.{name}")
