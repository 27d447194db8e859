"""Answers made at seeding: each article as JSON, in bytes, until something that it shows changes.

What makes one stale is decided here alone, by triggers: whoever changes a row that an article shows, and by
whatever statement, cannot leave an old answer behind.
"""

from uuid import UUID

from sqlalchemy import DDL, Index, LargeBinary, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from api.db import Base
from api.models.sort_keys import parent


class Rendering(Base):
    """The JSON of an article: `whole`, with the `etag` of these bytes, and `item`, what a list has of it.

    `made_for` is a digest of the code and the base URL that made them. All four are null where it is stale.
    Every article has a row, which comes and goes with it.
    """

    __tablename__ = "renderings"

    article_id: Mapped[UUID] = parent("articles", primary_key=True)
    made_for: Mapped[str | None] = mapped_column(Text)
    etag: Mapped[str | None] = mapped_column(Text)
    item: Mapped[bytes | None] = mapped_column(LargeBinary)
    whole: Mapped[bytes | None] = mapped_column(LargeBinary)

    # By which those are found that are stale, or made for something else.
    __table_args__ = (Index(None, "made_for", "article_id"),)


NEW = "INSERT INTO renderings (article_id) VALUES (new.id);"
STALE = (
    "UPDATE renderings SET made_for = NULL, etag = NULL, item = NULL, whole = NULL "
    "WHERE made_for IS NOT NULL AND article_id "
)
ITSELF = f"{STALE} = new.id;"
LINKING = f"{STALE} IN (SELECT article_id FROM related_links WHERE target_id = new.id);"  # noqa: S608
NAMING = f"{STALE} IN (SELECT article_id FROM article_entities WHERE entity_id = new.id);"  # noqa: S608
RENAMED = " OR ".join(f"old.{name} <> new.{name}" for name in ("slug", "title"))
RECAST = " OR ".join(f"old.{name} <> new.{name}" for name in ("slug", "name", "type"))
PARTS = ("takeaways", "article_entities", "related_links")
# The name of each trigger, when it fires, on which table, under which condition, and what it does.
TRIGGERS = [
    ("articles_rendering_new", "INSERT", "articles", "true", NEW),
    ("articles_rendering_stale", "UPDATE", "articles", "true", ITSELF),
    ("articles_rendering_linking", "UPDATE", "articles", RENAMED, LINKING),
    ("entities_rendering_stale", "UPDATE", "entities", RECAST, NAMING),
    *(
        (f"{part}_rendering_{change.lower()}", change, part, "true", f"{STALE} = {row}.article_id;")
        for part in PARTS
        for change, row in (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old"))
    ),
]


def trigger_ddl(dialect: str) -> list[str]:
    """Give the statements that make the triggers on `dialect`."""
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


def _attach() -> None:
    for dialect in ("sqlite", "postgresql"):
        for statement in trigger_ddl(dialect):
            made = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(Base.metadata, "after_create", made.execute_if(dialect=dialect))
    for name, *_ in TRIGGERS:
        gone = DDL(f"DROP FUNCTION IF EXISTS {name}()")  # type: ignore[no-untyped-call]
        event.listen(Base.metadata, "after_drop", gone.execute_if(dialect="postgresql"))


_attach()
