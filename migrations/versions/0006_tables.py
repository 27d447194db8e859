"""Create all tables and their indexes.

This migration replaces 0002 to 0005, which were never released. If they made a database, create it again
and load its documents again.
"""

import secrets

import sqlalchemy as sa
from alembic import context, op
from alembic.util import CommandError

revision = "0006"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
TIME = sa.DateTime().with_variant(sa.BigInteger(), "sqlite")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SORTED_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
# All tables, in an order in which they can be dropped.
TABLES = [
    "renderings",
    "related_links",
    "entity_slugs",
    "entity_names",
    "entity_ids",
    "documents",
    "article_mentions",
    "article_features",
    "facet_lists",
    "facet_counts",
    "article_facets",
    "article_entities",
    "stories",
    "takeaways",
    "takeaway_entities",
    "term_segments",
    "term_buckets",
    "pending_terms",
    "revisions",
    "postings",
    "former_stories",
    "folders",
    "entities",
    "corpus",
    "changes",
    "articles",
    "article_slugs",
    "api_keys",
]
# The columns of each full-text index on SQLite.
SEARCH_INDEXES = {
    "article_search": "title, summary, takeaways, text",
    "takeaway_search": "text",
}
FTS5_OPTIONS = "content='', columnsize=0, tokenize='ascii'"


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rate_limit", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
    )
    op.create_table(
        "article_slugs",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_article_slugs")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_article_slugs_article_id"), "article_slugs", ["article_id"], unique=False)
    op.create_table(
        "articles",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", SORTED_TEXT, nullable=False),
        sa.Column("title_hash", sa.BigInteger(), nullable=False),
        sa.Column("published_key", TIME, nullable=False),
        sa.Column("story", NUMBER, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(), nullable=False),
        sa.Column("derived_digest", sa.LargeBinary(), nullable=False),
        sa.Column("item_key", sa.BigInteger(), nullable=True),
        sa.Column("item_json", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_articles")),
        sa.UniqueConstraint("id", name=op.f("uq_articles_id")),
    )
    op.create_index(op.f("ix_articles_created_at_number"), "articles", ["created_at", "number"], unique=False)
    op.create_index(op.f("ix_articles_published_key_number"), "articles", ["published_key", "number"], unique=False)
    op.create_index(
        op.f("ix_articles_story_published_key_number"), "articles", ["story", "published_key", "number"], unique=False
    )
    op.create_index(op.f("ix_articles_title_hash"), "articles", ["title_hash"], unique=False)
    op.create_index(op.f("ix_articles_title_number"), "articles", ["title", "number"], unique=False)
    op.create_index(op.f("ix_articles_updated_at_number"), "articles", ["updated_at", "number"], unique=False)
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
        "corpus",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("secret_key", sa.Text(), nullable=False),
        sa.Column("last_article", NUMBER, nullable=False),
        sa.Column("last_entity", NUMBER, nullable=False),
        sa.Column("analyzer_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corpus")),
    )
    op.create_table(
        "entities",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", SORTED_TEXT, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("same_as", sa.JSON(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("article_count", sa.Integer(), nullable=False),
        sa.Column("mention_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_entities")),
        sa.UniqueConstraint("id", name=op.f("uq_entities_id")),
    )
    op.create_index(op.f("ix_entities_article_count_number"), "entities", ["article_count", "number"], unique=False)
    op.create_index(op.f("ix_entities_mention_count_number"), "entities", ["mention_count", "number"], unique=False)
    op.create_index(op.f("ix_entities_name_number"), "entities", ["name", "number"], unique=False)
    op.create_index(
        op.f("ix_entities_type_article_count_number"), "entities", ["type", "article_count", "number"], unique=False
    )
    op.create_index(
        op.f("ix_entities_type_mention_count_number"), "entities", ["type", "mention_count", "number"], unique=False
    )
    op.create_index(op.f("ix_entities_type_name_number"), "entities", ["type", "name", "number"], unique=False)
    op.create_table(
        "former_stories",
        sa.Column("id", ID, nullable=False),
        sa.Column("founder_id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_stories")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_former_stories_article_id"), "former_stories", ["article_id"], unique=False)
    op.create_index(op.f("ix_former_stories_founder_id"), "former_stories", ["founder_id"], unique=False)
    op.create_table(
    "folders",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_folders")),
        sa.UniqueConstraint("path", name=op.f("uq_folders_path")),
    )
    op.create_table(
        "postings",
        sa.Column("feature", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("published_key", TIME, nullable=False),
        sa.Column("tie", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("feature", "published_key", "tie", "article", name=op.f("pk_postings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "revisions",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "revision", name=op.f("pk_revisions")),
    )
    op.create_table(
        "stories",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("article_count", sa.Integer(), nullable=False),
        sa.Column("first_published_key", TIME, nullable=False),
        sa.Column("last_published_key", TIME, nullable=False),
        sa.Column("span_seconds", sa.Integer(), nullable=False),
        sa.Column("takeaways", sa.JSON(), nullable=False),
        sa.Column("entities", sa.JSON(), nullable=False),
        sa.Column("publications", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_stories")),
        sa.UniqueConstraint("id", name=op.f("uq_stories_id")),
    )
    op.create_index(op.f("ix_stories_article_count_number"), "stories", ["article_count", "number"], unique=False)
    op.create_index(
        "ix_stories_last_published_key",
        "stories",
        ["last_published_key", "number"],
        unique=False,
        sqlite_where=None,
        postgresql_where=None,
    )
    op.create_index(
        "ix_stories_last_published_key_several",
        "stories",
        ["last_published_key", "number"],
        unique=False,
        sqlite_where=sa.text("article_count > 1"),
        postgresql_where=sa.text("article_count > 1"),
    )
    op.create_index(op.f("ix_stories_span_seconds"), "stories", ["span_seconds"], unique=False)
    op.create_table(
        "takeaway_entities",
        sa.Column("takeaway", NUMBER, autoincrement=False, nullable=False),
        sa.Column("entity", NUMBER, autoincrement=False, nullable=False),
        sa.Column("published_key", TIME, nullable=False),
        sa.PrimaryKeyConstraint("takeaway", "entity", name=op.f("pk_takeaway_entities")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_takeaway_entities_entity_published_key_takeaway"),
        "takeaway_entities",
        ["entity", "published_key", "takeaway"],
        unique=False,
    )
    op.create_table(
    "takeaways",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("published_key", TIME, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_takeaways")),
        sa.UniqueConstraint("id", name=op.f("uq_takeaways_id")),
    )
    op.create_index(op.f("ix_takeaways_published_key_number"), "takeaways", ["published_key", "number"], unique=False)
    op.create_table(
        "article_entities",
        sa.Column("article", NUMBER, autoincrement=False, nullable=False),
        sa.Column("entity", NUMBER, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("mention_count", sa.Integer(), nullable=False),
        sa.Column("salience", sa.Double(), nullable=False),
        sa.Column("own_name", sa.Text(), nullable=True),
        sa.Column("own_type", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article"], ["articles.number"], name=op.f("fk_article_entities_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article", "entity", name=op.f("pk_article_entities")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "article_facets",
        sa.Column("article", NUMBER, autoincrement=False, nullable=False),
        sa.Column("facet", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("published_key", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["article"], ["articles.number"], name=op.f("fk_article_facets_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article", "facet", name=op.f("pk_article_facets")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_article_facets_facet_created_at_article"),
        "article_facets",
        ["facet", "created_at", "article"],
        unique=False,
    )
    op.create_index(
        op.f("ix_article_facets_facet_published_key_article"),
        "article_facets",
        ["facet", "published_key", "article"],
        unique=False,
    )
    op.create_index(
        op.f("ix_article_facets_facet_updated_at_article"),
        "article_facets",
        ["facet", "updated_at", "article"],
        unique=False,
    )
    op.create_table(
        "facet_counts",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", SORTED_TEXT, nullable=False),
        sa.Column("article_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_facet_counts")),
    )
    op.create_index(
        op.f("ix_facet_counts_name_article_count"), "facet_counts", ["name", "article_count"], unique=False
    )
    op.create_index(op.f("ix_facet_counts_name_value"), "facet_counts", ["name", "value"], unique=False)
    op.create_table(
        "facet_lists",
        sa.Column("article", NUMBER, autoincrement=False, nullable=False),
        sa.Column("story", NUMBER, nullable=False),
        sa.Column("facets", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article"], ["articles.number"], name=op.f("fk_facet_lists_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article", name=op.f("pk_facet_lists")),
    )
    op.create_table(
        "article_features",
        sa.Column("article", NUMBER, autoincrement=False, nullable=False),
        sa.Column("features", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article"], ["articles.number"], name=op.f("fk_article_features_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article", name=op.f("pk_article_features")),
    )
    op.create_table(
        "article_mentions",
        sa.Column("article", NUMBER, autoincrement=False, nullable=False),
        sa.Column("mentions", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article"], ["articles.number"], name=op.f("fk_article_mentions_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article", name=op.f("pk_article_mentions")),
    )
    op.create_table(
        "documents",
        sa.Column("article", NUMBER, autoincrement=False, nullable=False),
        sa.Column("folder", NUMBER, nullable=False),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article"], ["articles.number"], name=op.f("fk_documents_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article", name=op.f("pk_documents")),
    )
    op.create_index(op.f("ix_documents_folder"), "documents", ["folder"], unique=False)
    op.create_table(
        "entity_ids",
        sa.Column("old_id", ID, nullable=False),
        sa.Column("entity", NUMBER, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["entity"], ["entities.number"], name=op.f("fk_entity_ids_entity"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("old_id", name=op.f("pk_entity_ids")),
    )
    op.create_index(op.f("ix_entity_ids_entity"), "entity_ids", ["entity"], unique=False)
    op.create_table(
        "entity_names",
        sa.Column("folded", SORTED_TEXT, nullable=False),
        sa.Column("entity", NUMBER, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["entity"], ["entities.number"], name=op.f("fk_entity_names_entity"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("folded", "entity", name=op.f("pk_entity_names")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_entity_names_entity"), "entity_names", ["entity"], unique=False)
    op.create_table(
        "entity_slugs",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("entity", NUMBER, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["entity"], ["entities.number"], name=op.f("fk_entity_slugs_entity"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_entity_slugs")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_entity_slugs_entity"), "entity_slugs", ["entity"], unique=False)
    op.create_table(
        "related_links",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("article", NUMBER, autoincrement=False, nullable=False),
        sa.Column("precedence", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("title_hash", sa.BigInteger(), nullable=True),
        sa.Column("printed_date", sa.Text(), nullable=True),
        sa.Column("target", NUMBER, nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("published_key", TIME, nullable=False),
        sa.Column("score_key", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article"], ["articles.number"], name=op.f("fk_related_links_article"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["target"],
            ["articles.number"],
            name=op.f("fk_related_links_target"),
            ondelete="SET NULL",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_related_links")),
        sa.UniqueConstraint("id", name=op.f("uq_related_links_id")),
    )
    op.create_index(
        op.f("ix_related_links_article_precedence"), "related_links", ["article", "precedence"], unique=True
    )
    op.create_index(
        "ix_related_links_published_key",
        "related_links",
        ["published_key", "article", "precedence"],
        unique=False,
        sqlite_where=None,
        postgresql_where=None,
    )
    op.create_index(
        "ix_related_links_published_key_listed",
        "related_links",
        ["published_key", "article", "precedence"],
        unique=False,
        sqlite_where=sa.text("title_hash IS NOT NULL"),
        postgresql_where=sa.text("title_hash IS NOT NULL"),
    )
    op.create_index(
        "ix_related_links_published_key_unresolved",
        "related_links",
        ["published_key", "article", "precedence"],
        unique=False,
        sqlite_where=sa.text("target IS NULL"),
        postgresql_where=sa.text("target IS NULL"),
    )
    op.create_index(
        "ix_related_links_score_key",
        "related_links",
        ["score_key", "article", "precedence"],
        unique=False,
        sqlite_where=None,
        postgresql_where=None,
    )
    op.create_index(
        "ix_related_links_score_key_listed",
        "related_links",
        ["score_key", "article", "precedence"],
        unique=False,
        sqlite_where=sa.text("title_hash IS NOT NULL"),
        postgresql_where=sa.text("title_hash IS NOT NULL"),
    )
    op.create_index(
        "ix_related_links_score_key_unresolved",
        "related_links",
        ["score_key", "article", "precedence"],
        unique=False,
        sqlite_where=sa.text("target IS NULL"),
        postgresql_where=sa.text("target IS NULL"),
    )
    op.create_index(
        op.f("ix_related_links_target_article"),
        "related_links",
        ["target", "article"],
        unique=True,
        sqlite_where=sa.text("target IS NOT NULL"),
        postgresql_where=sa.text("target IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_related_links_title_hash"),
        "related_links",
        ["title_hash"],
        unique=False,
        sqlite_where=sa.text("title_hash IS NOT NULL"),
        postgresql_where=sa.text("title_hash IS NOT NULL"),
    )
    op.create_table(
        "renderings",
        sa.Column("article", NUMBER, autoincrement=False, nullable=False),
        sa.Column("rendering_key", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("part_ends", sa.LargeBinary(), nullable=False),
        sa.Column("json_gzip", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article"], ["articles.number"], name=op.f("fk_renderings_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article", name=op.f("pk_renderings")),
    )
    op.create_index(
        op.f("ix_renderings_rendering_key_article"), "renderings", ["rendering_key", "article"], unique=False
    )
    op.create_table(
        "pending_terms",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_pending_terms")),
    )
    op.create_table(
        "term_segments",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("first", NUMBER, nullable=False),
        sa.Column("last", NUMBER, nullable=False),
        sa.Column("articles", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_term_segments")),
    )
    op.create_table(
        "term_buckets",
        sa.Column("place", NUMBER, autoincrement=False, nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_term_buckets")),
    )
    # The single row about the corpus. The key signs cursors if BRIEFS_SECRET_KEY is not set.
    columns = ("id", "revision", "secret_key", "last_article", "last_entity", "analyzer_version")
    corpus = sa.table("corpus", *[sa.column(name) for name in columns])
    row = {"id": 1, "revision": 0, "secret_key": secrets.token_hex(32)}
    op.bulk_insert(corpus, [row | {"last_article": 0, "last_entity": 0, "analyzer_version": 0}])
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, names in SEARCH_INDEXES.items():
        if is_postgresql:
            op.execute(f"CREATE TABLE {table} (number BIGINT PRIMARY KEY, vector TSVECTOR NOT NULL)")
            op.execute(f"CREATE INDEX ix_{table}_vector ON {table} USING gin (vector) WITH (fastupdate = off)")
        else:
            op.execute(f"CREATE VIRTUAL TABLE {table} USING fts5({names}, {FTS5_OPTIONS})")


def downgrade() -> None:
    is_forced = context.get_x_argument(as_dictionary=True).get("delete") == "articles"
    if not is_forced and op.get_bind().scalar(sa.text("SELECT count(*) FROM changes")):
        raise CommandError(
            "this downgrade deletes all articles; make a backup, and add -x delete=articles after `flask db`"
        )
    for table in (*SEARCH_INDEXES, *TABLES):
        op.drop_table(table)
