"""FastAPI with SQLAlchemy's ORM and a response model, as in the SQL tutorial of its documentation.

BENCH_DATABASE is the SQLite file that `bench.peers.plain_models` writes.
"""

import os
import uuid
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, selectinload

from bench.peers.plain_models import Article, ArticleEntity, RelatedLink


class Out(BaseModel):
    """The base class of the response models. Their values are read from attributes of ORM objects."""

    model_config = ConfigDict(from_attributes=True)


class TakeawayOut(Out):
    id: uuid.UUID
    position: int
    text: str
    evidence: list[dict[str, float]]


class EntityOut(Out):
    id: uuid.UUID
    slug: str
    name: str
    type: str


class ArticleEntityOut(Out):
    """An entity in the JSON of an article that mentions it."""

    mention_count: int
    salience: float
    entity: EntityOut


class ReferenceOut(Out):
    """The id, slug and title of the target article of a link."""

    id: uuid.UUID
    slug: str
    title: str


class RelatedOut(Out):
    """A link from an article to a related article."""

    id: uuid.UUID
    basis: str
    title: str | None
    score: float | None
    reasons: list[dict[str, Any]]
    target: ReferenceOut | None


class ArticleOut(Out):
    id: uuid.UUID
    slug: str
    title: str
    summary: str | None
    language: str
    author: str | None
    role: str | None
    publication: str | None
    image_caption: str | None
    image_url: str | None
    published_at: str | None
    created_at: str
    updated_at: str
    revision: int
    word_count: int
    body: list[str]
    analysis: dict[str, Any] | None
    source_name: str
    source_sha256: str
    source_bytes: int
    takeaways: list[TakeawayOut]
    entities: list[ArticleEntityOut]
    related: list[RelatedOut]


engine = create_engine(f"sqlite:///{os.environ['BENCH_DATABASE']}", connect_args={"check_same_thread": False})
PARTS = (
    selectinload(Article.takeaways),
    selectinload(Article.entities).joinedload(ArticleEntity.entity),
    selectinload(Article.related).joinedload(RelatedLink.target).load_only(Article.slug, Article.title),
)
app = FastAPI()


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@app.get("/articles/{slug}", response_model=ArticleOut)
def get_article(slug: str, session: Annotated[Session, Depends(get_session)]) -> Article:
    article = session.scalar(select(Article).where(Article.slug == slug).options(*PARTS))
    if article is None:
        raise HTTPException(status_code=404)
    return article
