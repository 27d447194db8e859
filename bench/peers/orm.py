"""A Flask application for comparison: each request loads ORM objects, and marshmallow serializes them.

BENCH_DATABASE is the SQLite file that `bench.peers.plain_models` writes.
"""

import os

import orjson
from flask import Flask, Response
from flask_sqlalchemy import SQLAlchemy
from marshmallow import Schema, fields
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from bench.peers.plain_models import Article, ArticleEntity, Base, RelatedLink


class TakeawaySchema(Schema):
    class Meta:
        fields = ("id", "position", "text", "evidence")

    id = fields.UUID()


class EntitySchema(Schema):
    class Meta:
        fields = ("id", "slug", "name", "type")

    id = fields.UUID()


class ArticleEntitySchema(Schema):
    class Meta:
        fields = ("entity", "mention_count", "salience")

    entity = fields.Nested(EntitySchema)


class ReferenceSchema(Schema):
    class Meta:
        fields = ("id", "slug", "title")

    id = fields.UUID()


class RelatedSchema(Schema):
    class Meta:
        fields = ("id", "basis", "title", "score", "reasons", "target")

    id = fields.UUID()
    target = fields.Nested(ReferenceSchema, allow_none=True)


class ArticleSchema(Schema):
    class Meta:
        fields = (
            *(column.key for column in Article.__table__.columns),
            *("takeaways", "entities", "related"),
        )

    id = fields.UUID()
    takeaways = fields.List(fields.Nested(TakeawaySchema))
    entities = fields.List(fields.Nested(ArticleEntitySchema))
    related = fields.List(fields.Nested(RelatedSchema))


SCHEMA = ArticleSchema()
PARTS = (
    selectinload(Article.takeaways),
    selectinload(Article.entities).joinedload(ArticleEntity.entity),
    selectinload(Article.related).options(
        joinedload(RelatedLink.target).load_only(Article.slug, Article.title)
    ),
)

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{os.environ['BENCH_DATABASE']}"
db = SQLAlchemy(app, model_class=Base)


@app.get("/articles/<slug>")
def get_article(slug: str) -> Response:
    article = db.first_or_404(select(Article).where(Article.slug == slug).options(*PARTS))
    return Response(orjson.dumps(SCHEMA.dump(article)), mimetype="application/json")
