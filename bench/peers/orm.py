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


def schema(*names: str, **others: fields.Field) -> type[Schema]:
    """Return a marshmallow schema class with an `id`, a raw field for each of `names`, and `others`."""
    return Schema.from_dict({"id": fields.UUID()} | {name: fields.Raw() for name in names} | others)


ENTITY = Schema.from_dict(
    {
        "entity": fields.Nested(schema("slug", "name", "type")),
        "mention_count": fields.Integer(),
        "salience": fields.Float(),
    }
)
RELATED = schema(
    *("basis", "title", "score", "reasons"), target=fields.Nested(schema("slug", "title"), allow_none=True)
)
ARTICLE = schema(
    *(column.key for column in Article.__table__.columns if column.key != "id"),
    takeaways=fields.List(fields.Nested(schema("position", "text", "evidence"))),
    entities=fields.List(fields.Nested(ENTITY)),
    related=fields.List(fields.Nested(RELATED)),
)

SCHEMA = ARTICLE()
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
