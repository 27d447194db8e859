"""A Flask application for comparison: each request loads ORM objects and serializes them by the schema."""

import os

from flask import Flask, Response
from sqlalchemy import select
from sqlalchemy.orm import joinedload, relationship, selectinload

from api.app import OrjsonProvider
from api.config import read_settings
from api.database.base import db
from api.database.engines import engine_options, engine_url
from api.models import Article, ArticleEntity, RelatedLink, Takeaway
from api.models.articles import paragraphs, reading_minutes
from api.v1.schemas import Article as ArticleSchema

Article.takeaways = relationship(Takeaway, order_by=Takeaway.position, viewonly=True)
Article.entities = relationship(ArticleEntity, order_by=ArticleEntity.position, viewonly=True)
Article.related = relationship(
    RelatedLink, foreign_keys=RelatedLink.article_id, order_by=RelatedLink.place, viewonly=True
)
Article.paragraphs = property(lambda article: paragraphs(article.body))
Article.reading_minutes = property(lambda article: reading_minutes(article.word_count))
SCHEMA = ArticleSchema()
# Columns of linked articles that the schema shows.
REFERENCE_COLUMNS = (Article.slug, Article.title)
PARTS = (
    selectinload(Article.takeaways),
    selectinload(Article.entities).joinedload(ArticleEntity.entity),
    selectinload(Article.related).options(
        joinedload(RelatedLink.article).load_only(*REFERENCE_COLUMNS),
        joinedload(RelatedLink.target).load_only(*REFERENCE_COLUMNS),
    ),
)

app = Flask(__name__)
settings = read_settings(os.environ, app.instance_path)
app.config |= {
    "BRIEFS_SETTINGS": settings,
    "SQLALCHEMY_DATABASE_URI": engine_url(settings.database_url),
    "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
}
app.json = OrjsonProvider(app)
db.init_app(app)


@app.get("/v1/articles/<slug>")
def get_article(slug: str) -> Response:
    article = db.first_or_404(select(Article).where(Article.slug == slug).options(*PARTS))
    return app.json.response(SCHEMA.dump(article))
