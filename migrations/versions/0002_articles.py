"""Create the tables of articles, takeaways, entities, related links, documents and history, and their indexes.

This migration replaces 0001, which was never released. A database made by 0001 has to be created again.
"""

import secrets

import sqlalchemy as sa
from alembic import context, op
from alembic.util import CommandError

revision = "0002"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
TIME = sa.DateTime().with_variant(sa.BigInteger(), "sqlite")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# All tables, in an order in which they can be dropped.
TABLES = [
    "changes",
    "revisions",
    "takeaway_terms",
    "takeaway_entities",
    "takeaways",
    "sources",
    "related_links",
    "article_features",
    "postings",
    "entity_slugs",
    "entity_names",
    "entity_ids",
    "article_terms",
    "article_slugs",
    "article_facets",
    "article_entities",
    "entities",
    "corpus",
    "articles",
]
# The columns of each full-text index, with the weight letters of PostgreSQL.
SEARCHED = {
    "article_terms": {"title": "A", "summary": "B", "takeaways": "C", "text": "D"},
    "takeaway_terms": {"text": "A"},
}


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.Text(), nullable=False),
        sa.Column("derived_digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("title_digest", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("publication", sa.Text(), nullable=True),
        sa.Column("image_caption", sa.Text(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("published_at", TIME, nullable=True),
        sa.Column("published_asc", TIME, nullable=False),
        sa.Column("published_desc", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("analysis", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column("source_bytes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("key", name=op.f("uq_articles_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_articles_slug")),
    )
    op.create_index(op.f("ix_articles_created_at_id"), "articles", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_articles_published_asc_id"), "articles", ["published_asc", "id"], unique=False)
    op.create_index(op.f("ix_articles_published_desc_id"), "articles", ["published_desc", "id"], unique=False)
    op.create_index(op.f("ix_articles_title_digest"), "articles", ["title_digest"], unique=False)
    op.create_index(op.f("ix_articles_title_id"), "articles", ["title", "id"], unique=False)
    op.create_index(op.f("ix_articles_updated_at_id"), "articles", ["updated_at", "id"], unique=False)
    op.create_table(
        "corpus",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("secret_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corpus")),
    )
    op.create_table(
        "changes",
        sa.Column("sequence", NUMBER, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_changes")),
    )
    op.create_index(
        op.f("ix_changes_article_id_revision_sequence"), "changes", ["article_id", "revision", "sequence"], unique=False
    )
    op.create_table(
        "revisions",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "revision", name=op.f("pk_revisions")),
    )
    op.create_table(
        "entities",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("same_as", sa.JSON(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("article_count", sa.Integer(), nullable=False),
        sa.Column("mention_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entities")),
        sa.UniqueConstraint("slug", name=op.f("uq_entities_slug")),
    )
    op.create_index(op.f("ix_entities_article_count_id"), "entities", ["article_count", "id"], unique=False)
    op.create_index(op.f("ix_entities_mention_count_id"), "entities", ["mention_count", "id"], unique=False)
    op.create_index(op.f("ix_entities_name_id"), "entities", ["name", "id"], unique=False)
    op.create_index(
        op.f("ix_entities_type_article_count_id"), "entities", ["type", "article_count", "id"], unique=False
    )
    op.create_index(
        op.f("ix_entities_type_mention_count_id"), "entities", ["type", "mention_count", "id"], unique=False
    )
    op.create_index(op.f("ix_entities_type_name_id"), "entities", ["type", "name", "id"], unique=False)
    op.create_table(
        "article_entities",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("entity_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("mention_count", sa.Integer(), nullable=False),
        sa.Column("salience", sa.Double(), nullable=False),
        sa.Column("own_name", sa.Text(), nullable=True),
        sa.Column("own_type", sa.Text(), nullable=True),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_entities_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_article_entities_entity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "entity_id", name=op.f("pk_article_entities")),
    )
    op.create_index(
        op.f("ix_article_entities_entity_id_article_id"),
        "article_entities",
        ["entity_id", "article_id"],
        unique=False,
    )
    op.create_table(
        "article_facets",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("facet", ID, nullable=False),
        sa.Column("published_asc", TIME, nullable=False),
        sa.Column("published_desc", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_facets_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "facet", name=op.f("pk_article_facets")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_article_facets_facet_created_at_article_id"),
        "article_facets",
        ["facet", "created_at", "article_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_article_facets_facet_published_asc_article_id"),
        "article_facets",
        ["facet", "published_asc", "article_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_article_facets_facet_published_desc_article_id"),
        "article_facets",
        ["facet", "published_desc", "article_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_article_facets_facet_updated_at_article_id"),
        "article_facets",
        ["facet", "updated_at", "article_id"],
        unique=False,
    )
    op.create_table(
        "article_slugs",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_article_slugs")),
    )
    op.create_index(op.f("ix_article_slugs_article_id"), "article_slugs", ["article_id"], unique=False)
    op.create_table(
        "article_features",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_features_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_article_features")),
    )
    op.create_table(
        "postings",
        sa.Column("feature", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("published_asc", TIME, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_postings_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feature", "published_asc", "article_id", name=op.f("pk_postings")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_postings_article_id"), "postings", ["article_id"], unique=False)
    op.create_table(
        "article_terms",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("takeaways", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_terms_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_article_terms")),
        sa.UniqueConstraint("article_id", name=op.f("uq_article_terms_article_id")),
    )
    op.create_table(
        "entity_ids",
        sa.Column("old_id", ID, nullable=False),
        sa.Column("entity_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_entity_ids_entity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("old_id", name=op.f("pk_entity_ids")),
    )
    op.create_index(op.f("ix_entity_ids_entity_id"), "entity_ids", ["entity_id"], unique=False)
    op.create_table(
        "entity_names",
        sa.Column("folded", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("entity_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_entity_names_entity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("folded", "entity_id", name=op.f("pk_entity_names")),
    )
    op.create_index(op.f("ix_entity_names_entity_id"), "entity_names", ["entity_id"], unique=False)
    op.create_table(
        "entity_slugs",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("entity_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_entity_slugs_entity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_entity_slugs")),
    )
    op.create_index(op.f("ix_entity_slugs_entity_id"), "entity_slugs", ["entity_id"], unique=False)
    op.create_table(
        "related_links",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("title_digest", sa.Text(), nullable=False),
        sa.Column("printed_date", sa.Text(), nullable=True),
        sa.Column("target_id", ID, nullable=True),
        sa.Column(
            "resolved", sa.Boolean(), sa.Computed("target_id IS NOT NULL", persisted=True), nullable=False
        ),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("published_asc", TIME, nullable=False),
        sa.Column("published_desc", TIME, nullable=False),
        sa.Column("score_asc", sa.Double(), nullable=False),
        sa.Column("score_desc", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_related_links_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["target_id"],
            ["articles.id"],
            name=op.f("fk_related_links_target_id"),
            ondelete="SET NULL",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_related_links")),
        sa.UniqueConstraint("article_id", "target_id", name=op.f("uq_related_links_article_id_target_id")),
    )
    op.create_index(
        op.f("ix_related_links_article_id_place"), "related_links", ["article_id", "place"], unique=True
    )
    op.create_index(
        op.f("ix_related_links_basis_published_asc_article_id_place"),
        "related_links",
        ["basis", "published_asc", "article_id", "place"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_basis_published_desc_article_id_place"),
        "related_links",
        ["basis", sa.literal_column("published_desc DESC"), sa.literal_column("article_id DESC"), "place"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_basis_score_asc_article_id_place"),
        "related_links",
        ["basis", "score_asc", "article_id", "place"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_basis_score_desc_article_id_place"),
        "related_links",
        ["basis", sa.literal_column("score_desc DESC"), sa.literal_column("article_id DESC"), "place"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_published_asc_article_id_place"),
        "related_links",
        ["published_asc", "article_id", "place"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_published_desc_article_id_place"),
        "related_links",
        [sa.literal_column("published_desc DESC"), sa.literal_column("article_id DESC"), "place"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_resolved_published_asc_article_id_place"),
        "related_links",
        ["resolved", "published_asc", "article_id", "place"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_resolved_published_desc_article_id_place"),
        "related_links",
        [
            "resolved",
            sa.literal_column("published_desc DESC"),
            sa.literal_column("article_id DESC"),
            "place",
        ],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_resolved_score_asc_article_id_place"),
        "related_links",
        ["resolved", "score_asc", "article_id", "place"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_resolved_score_desc_article_id_place"),
        "related_links",
        ["resolved", sa.literal_column("score_desc DESC"), sa.literal_column("article_id DESC"), "place"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_score_asc_article_id_place"),
        "related_links",
        ["score_asc", "article_id", "place"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_score_desc_article_id_place"),
        "related_links",
        [sa.literal_column("score_desc DESC"), sa.literal_column("article_id DESC"), "place"],
        unique=False,
    )
    op.create_index(op.f("ix_related_links_target_id"), "related_links", ["target_id"], unique=False)
    op.create_index(op.f("ix_related_links_title_digest"), "related_links", ["title_digest"], unique=False)
    op.create_table(
        "sources",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_sources_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_sources")),
    )
    op.create_index(op.f("ix_sources_folder"), "sources", ["folder"], unique=False)
    op.create_table(
        "takeaways",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("published_asc", TIME, nullable=False),
        sa.Column("published_desc", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_takeaways_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeaways")),
    )
    op.create_index(
        op.f("ix_takeaways_article_id_position"), "takeaways", ["article_id", "position"], unique=True
    )
    op.create_index(
        op.f("ix_takeaways_published_asc_article_id_position"),
        "takeaways",
        ["published_asc", "article_id", "position"],
        unique=False,
    )
    op.create_index(
        op.f("ix_takeaways_published_desc_article_id_position"),
        "takeaways",
        [sa.literal_column("published_desc DESC"), sa.literal_column("article_id DESC"), "position"],
        unique=False,
    )
    op.create_table(
        "takeaway_entities",
        sa.Column("takeaway_id", ID, nullable=False),
        sa.Column("entity_id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("published_asc", TIME, nullable=False),
        sa.Column("published_desc", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_takeaway_entities_entity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["takeaway_id"],
            ["takeaways.id"],
            name=op.f("fk_takeaway_entities_takeaway_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("takeaway_id", "entity_id", name=op.f("pk_takeaway_entities")),
    )
    op.create_index(
        "ix_takeaway_entities_asc",
        "takeaway_entities",
        ["entity_id", "published_asc", "article_id", "position"],
        unique=False,
    )
    op.create_index(
        "ix_takeaway_entities_desc",
        "takeaway_entities",
        [
            "entity_id",
            sa.literal_column("published_desc DESC"),
            sa.literal_column("article_id DESC"),
            "position",
        ],
        unique=False,
    )
    op.create_table(
        "takeaway_terms",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("takeaway_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["takeaway_id"], ["takeaways.id"], name=op.f("fk_takeaway_terms_takeaway_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_takeaway_terms")),
        sa.UniqueConstraint("takeaway_id", name=op.f("uq_takeaway_terms_takeaway_id")),
    )
    _create_full_text_indexes()
    # The single row about the corpus. The key signs cursors if BRIEFS_SECRET_KEY is not set.
    corpus = sa.table("corpus", sa.column("id"), sa.column("revision"), sa.column("secret_key"))
    op.bulk_insert(corpus, [{"id": 1, "revision": 0, "secret_key": secrets.token_hex(32)}])


def _create_full_text_indexes() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, columns in SEARCHED.items():
        statements = _vector(table, columns) if is_postgresql else _fts5(table, columns)
        for statement in statements:
            op.execute(statement)


def _vector(table: str, columns: dict[str, str]) -> list[str]:
    weighted = [f"setweight(to_tsvector('simple', {name}), '{w}')" for name, w in columns.items()]
    return [
        f"ALTER TABLE {table} ADD COLUMN vector tsvector GENERATED ALWAYS AS ({' || '.join(weighted)}) STORED",
        f"CREATE INDEX ix_{table}_vector ON {table} USING gin (vector) WITH (fastupdate = off)",
    ]


def _fts5(table: str, columns: dict[str, str]) -> list[str]:
    index, names = f"{table}_fts", ", ".join(columns)
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("old", "new"))
    remove = f"INSERT INTO {index} ({index}, rowid, {names}) VALUES ('delete', old.number, {old});"
    add = f"INSERT INTO {index} (rowid, {names}) VALUES (new.number, {new});"
    return [
        f"CREATE VIRTUAL TABLE {index} USING fts5"
        f"({names}, content='{table}', content_rowid='number', tokenize='ascii')",
        f"CREATE TRIGGER {table}_added AFTER INSERT ON {table} BEGIN {add} END",
        f"CREATE TRIGGER {table}_removed AFTER DELETE ON {table} BEGIN {remove} END",
        f"CREATE TRIGGER {table}_changed AFTER UPDATE ON {table} BEGIN {remove} {add} END",
    ]


def downgrade() -> None:
    is_forced = context.get_x_argument(as_dictionary=True).get("delete") == "articles"
    if not is_forced and op.get_bind().scalar(sa.text("SELECT count(*) FROM changes")):
        raise CommandError(
            "this downgrade deletes all articles; make a backup, and add -x delete=articles after `flask db`"
        )
    if op.get_bind().dialect.name == "sqlite":
        for table in SEARCHED:
            op.drop_table(f"{table}_fts")
    for table in TABLES:
        op.drop_table(table)
