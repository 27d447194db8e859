"""Add stored renderings, and the triggers that mark them as stale.

Run `flask seed render` after this migration to render the articles that exist.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")

INSERT_ROW = "INSERT INTO renderings (article_id) VALUES (new.id);"
MARK_STALE = (
    "UPDATE renderings SET rendering_key = NULL, etag = NULL, item_json = NULL, article_json = NULL "
    "WHERE rendering_key IS NOT NULL AND article_id "
)
MARK_LINKING_ARTICLES = f"{MARK_STALE} IN (SELECT article_id FROM related_links WHERE target_id = new.id);"
MARK_MENTIONING_ARTICLES = f"{MARK_STALE} IN (SELECT article_id FROM article_entities WHERE entity_id = new.id);"
ARTICLE_REFERENCE_CHANGED = "old.slug <> new.slug OR old.title <> new.title"
ENTITY_REFERENCE_CHANGED = "old.slug <> new.slug OR old.name <> new.name OR old.type <> new.type"
TRIGGERS = [
    ("articles_rendering_new", "INSERT", "articles", "true", INSERT_ROW),
    ("articles_rendering_stale", "UPDATE", "articles", "true", f"{MARK_STALE} = new.id;"),
    ("articles_rendering_linking", "UPDATE", "articles", ARTICLE_REFERENCE_CHANGED, MARK_LINKING_ARTICLES),
    ("entities_rendering_stale", "UPDATE", "entities", ENTITY_REFERENCE_CHANGED, MARK_MENTIONING_ARTICLES),
    *(
        (f"{part}_rendering_{change.lower()}", change, part, "true", f"{MARK_STALE} = {row}.article_id;")
        for part in ("takeaways", "article_entities", "related_links")
        for change, row in (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old"))
    ),
]


def upgrade() -> None:
    op.create_table(
        "renderings",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("rendering_key", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("item_json", sa.LargeBinary(), nullable=True),
        sa.Column("article_json", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_renderings_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_renderings")),
    )
    op.create_index(
        "ix_renderings_rendering_key_article_id", "renderings", ["rendering_key", "article_id"], unique=False
    )
    op.execute("INSERT INTO renderings (article_id) SELECT id FROM articles")
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, change, table, condition, action in TRIGGERS:
        when = f"CREATE TRIGGER {name} AFTER {change} ON {table} FOR EACH ROW WHEN ({condition})"
        if is_postgresql:
            body = f"BEGIN {action} RETURN NULL; END"
            op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
            op.execute(f"{when} EXECUTE FUNCTION {name}()")
        else:
            op.execute(f"{when} BEGIN {action} END")


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, _, table, _, _ in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {table}" if is_postgresql else f"DROP TRIGGER {name}")
        if is_postgresql:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("renderings")
