"""Articles with their takeaways, entities, related links and source documents."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("title_digest", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("publication", sa.Text(), nullable=True),
        sa.Column("image_caption", sa.Text(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("published_asc", sa.DateTime(), nullable=False),
        sa.Column("published_desc", sa.DateTime(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
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
        "entities",
        sa.Column("id", sa.Uuid(), nullable=False),
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
    op.create_table(
        "article_entities",
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("mention_count", sa.Integer(), nullable=False),
        sa.Column("salience", sa.Double(), nullable=False),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_entities_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_article_entities_entity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "entity_id", name=op.f("pk_article_entities")),
    )
    op.create_index(op.f("ix_article_entities_entity_id"), "article_entities", ["entity_id"], unique=False)
    op.create_table(
        "article_slugs",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_slugs_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_article_slugs")),
    )
    op.create_index(op.f("ix_article_slugs_article_id"), "article_slugs", ["article_id"], unique=False)
    op.create_table(
        "related_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_digest", sa.Text(), nullable=False),
        sa.Column("printed_date", sa.Text(), nullable=True),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("published_asc", sa.DateTime(), nullable=False),
        sa.Column("published_desc", sa.DateTime(), nullable=False),
        sa.Column("score_asc", sa.Double(), nullable=False),
        sa.Column("score_desc", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_related_links_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["articles.id"], name=op.f("fk_related_links_target_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_related_links")),
        sa.UniqueConstraint("article_id", "target_id", name=op.f("uq_related_links_article_id_target_id")),
    )
    op.create_index(
        op.f("ix_related_links_article_id_position"), "related_links", ["article_id", "position"], unique=True
    )
    op.create_index(
        op.f("ix_related_links_published_asc_article_id_position"),
        "related_links",
        ["published_asc", "article_id", "position"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_published_desc_article_id_position"),
        "related_links",
        [sa.literal_column("published_desc DESC"), sa.literal_column("article_id DESC"), "position"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_score_asc_article_id_position"),
        "related_links",
        ["score_asc", "article_id", "position"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_links_score_desc_article_id_position"),
        "related_links",
        [sa.literal_column("score_desc DESC"), sa.literal_column("article_id DESC"), "position"],
        unique=False,
    )
    op.create_index(op.f("ix_related_links_target_id"), "related_links", ["target_id"], unique=False)
    op.create_index(op.f("ix_related_links_title_digest"), "related_links", ["title_digest"], unique=False)
    op.create_table(
        "sources",
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_sources_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_sources")),
    )
    op.create_table(
        "takeaways",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("published_asc", sa.DateTime(), nullable=False),
        sa.Column("published_desc", sa.DateTime(), nullable=False),
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
        sa.Column("takeaway_id", sa.Uuid(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
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
    op.create_index(op.f("ix_takeaway_entities_entity_id"), "takeaway_entities", ["entity_id"], unique=False)
    # The one row about the corpus. The key signs cursors where the settings name none.
    corpus = sa.table("corpus", sa.column("id"), sa.column("revision"), sa.column("secret_key"))
    op.bulk_insert(corpus, [{"id": 1, "revision": 0, "secret_key": secrets.token_hex(32)}])


def downgrade() -> None:
    op.drop_index(op.f("ix_takeaway_entities_entity_id"), table_name="takeaway_entities")
    op.drop_table("takeaway_entities")
    op.drop_index(op.f("ix_takeaways_published_desc_article_id_position"), table_name="takeaways")
    op.drop_index(op.f("ix_takeaways_published_asc_article_id_position"), table_name="takeaways")
    op.drop_index(op.f("ix_takeaways_article_id_position"), table_name="takeaways")
    op.drop_table("takeaways")
    op.drop_table("sources")
    op.drop_index(op.f("ix_related_links_title_digest"), table_name="related_links")
    op.drop_index(op.f("ix_related_links_target_id"), table_name="related_links")
    op.drop_index(op.f("ix_related_links_score_desc_article_id_position"), table_name="related_links")
    op.drop_index(op.f("ix_related_links_score_asc_article_id_position"), table_name="related_links")
    op.drop_index(op.f("ix_related_links_published_desc_article_id_position"), table_name="related_links")
    op.drop_index(op.f("ix_related_links_published_asc_article_id_position"), table_name="related_links")
    op.drop_index(op.f("ix_related_links_article_id_position"), table_name="related_links")
    op.drop_table("related_links")
    op.drop_index(op.f("ix_article_slugs_article_id"), table_name="article_slugs")
    op.drop_table("article_slugs")
    op.drop_index(op.f("ix_article_entities_entity_id"), table_name="article_entities")
    op.drop_table("article_entities")
    op.drop_index(op.f("ix_entities_name_id"), table_name="entities")
    op.drop_index(op.f("ix_entities_mention_count_id"), table_name="entities")
    op.drop_index(op.f("ix_entities_article_count_id"), table_name="entities")
    op.drop_table("entities")
    op.drop_table("corpus")
    op.drop_index(op.f("ix_articles_updated_at_id"), table_name="articles")
    op.drop_index(op.f("ix_articles_title_id"), table_name="articles")
    op.drop_index(op.f("ix_articles_title_digest"), table_name="articles")
    op.drop_index(op.f("ix_articles_published_desc_id"), table_name="articles")
    op.drop_index(op.f("ix_articles_published_asc_id"), table_name="articles")
    op.drop_index(op.f("ix_articles_created_at_id"), table_name="articles")
    op.drop_table("articles")
