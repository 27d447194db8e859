"""Stored renderings: the finished JSON of each article, so that requests need not build it.

Triggers mark a rendering as stale when the data in its JSON changes, even if an operator changes the data by
hand.
"""

from uuid import UUID

from sqlalchemy import DDL, Index, LargeBinary, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.models.sort_keys import parent


class Rendering(Base):
    """The stored JSON of an article: `article_json` with its `etag`, and the shorter `item_json` for lists.

    `rendering_key` names the format of the JSON and the base URL of its links. All columns except
    `article_id` are null while no JSON is stored: at first, and after its data changed. A trigger inserts the
    row when the article is inserted. The foreign key deletes it together with the article.
    """

    __tablename__ = "renderings"

    article_id: Mapped[UUID] = parent("articles", primary_key=True)
    rendering_key: Mapped[str | None] = mapped_column(Text)
    etag: Mapped[str | None] = mapped_column(Text)
    item_json: Mapped[bytes | None] = mapped_column(LargeBinary)
    article_json: Mapped[bytes | None] = mapped_column(LargeBinary)

    # An index to find the renderings that are stale or have an outdated `rendering_key`.
    __table_args__ = (Index(None, "rendering_key", "article_id"),)


INSERT_ROW = "INSERT INTO renderings (article_id) VALUES (new.id);"
MARK_STALE = (
    "UPDATE renderings SET rendering_key = NULL, etag = NULL, item_json = NULL, article_json = NULL "
    "WHERE rendering_key IS NOT NULL AND article_id "
)
MARK_ARTICLE = f"{MARK_STALE} = new.id;"
MARK_LINKING_ARTICLES = f"{MARK_STALE} IN (SELECT article_id FROM related_links WHERE target_id = new.id);"  # noqa: S608
MARK_MENTIONING_ARTICLES = (
    f"{MARK_STALE} IN (SELECT article_id FROM article_entities WHERE entity_id = new.id);"  # noqa: S608
)
ARTICLE_REFERENCE_CHANGED = " OR ".join(f"old.{name} <> new.{name}" for name in ("slug", "title"))
ENTITY_REFERENCE_CHANGED = " OR ".join(f"old.{name} <> new.{name}" for name in ("slug", "name", "type"))
PART_TABLES = ("takeaways", "article_entities", "related_links")
# The triggers that insert renderings and mark them as stale: name, event, table, condition and action.
TRIGGERS = [
    ("articles_rendering_new", "INSERT", "articles", "true", INSERT_ROW),
    ("articles_rendering_stale", "UPDATE", "articles", "true", MARK_ARTICLE),
    ("articles_rendering_linking", "UPDATE", "articles", ARTICLE_REFERENCE_CHANGED, MARK_LINKING_ARTICLES),
    ("entities_rendering_stale", "UPDATE", "entities", ENTITY_REFERENCE_CHANGED, MARK_MENTIONING_ARTICLES),
    *(
        (f"{table}_rendering_{change.lower()}", change, table, "true", f"{MARK_STALE} = {row}.article_id;")
        for table in PART_TABLES
        for change, row in (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old"))
    ),
]


def trigger_ddl(dialect: str) -> list[str]:
    """Return the statements that create the triggers that mark stored JSON as stale when its data changes.

    `dialect` is `sqlite` or `postgresql`.
    """
    statements = []
    for name, change, table, condition, action in TRIGGERS:
        when = f"CREATE TRIGGER {name} AFTER {change} ON {table} FOR EACH ROW WHEN ({condition})"
        if dialect == "sqlite":
            statements.append(f"{when} BEGIN {action} END")
        else:
            body = f"BEGIN {action} RETURN NULL; END"
            statements += [
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
                f"{when} EXECUTE FUNCTION {name}()",
            ]
    return statements


def _register_triggers() -> None:
    for dialect in ("sqlite", "postgresql"):
        for statement in trigger_ddl(dialect):
            create = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(Base.metadata, "after_create", create.execute_if(dialect=dialect))
    for name, *_ in TRIGGERS:
        drop = DDL(f"DROP FUNCTION IF EXISTS {name}()")  # type: ignore[no-untyped-call]
        event.listen(Base.metadata, "after_drop", drop.execute_if(dialect="postgresql"))


_register_triggers()
