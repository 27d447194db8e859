"""FastAPI with SQLAlchemy's ORM and a response model, as in the SQL tutorial of its documentation.

BENCH_DATABASE is the SQLite file.
"""

import os
import uuid
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import JSON, ForeignKey, LargeBinary, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload
from sqlalchemy.types import TypeDecorator


class Id(TypeDecorator[uuid.UUID]):
    """A column type that stores a UUID in 16 bytes."""

    impl = LargeBinary(16)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Any) -> uuid.UUID | None:
        return value and uuid.UUID(bytes=value)

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return value and value.bytes


class Base(DeclarativeBase):
    """The base class of the ORM models."""


class Entity(Base):
    __tablename__ = "entities"
    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    type: Mapped[str]


class ArticleEntity(Base):
    """An entity that an article mentions."""

    __tablename__ = "article_entities"
    article_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("articles.id"), primary_key=True)
    entity_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("entities.id"), primary_key=True)
    position: Mapped[int]
    mention_count: Mapped[int]
    salience: Mapped[float]
    entity: Mapped[Entity] = relationship()


class Takeaway(Base):
    __tablename__ = "takeaways"
    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    article_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("articles.id"))
    position: Mapped[int]
    text: Mapped[str]
    evidence: Mapped[list[Any]] = mapped_column(JSON)


class RelatedLink(Base):
    """A link from an article to a related article."""

    __tablename__ = "related_links"
    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    article_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("articles.id"))
    target_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("articles.id"))
    place: Mapped[int]
    basis: Mapped[str]
    title: Mapped[str | None]
    score: Mapped[float | None]
    reasons: Mapped[list[Any]] = mapped_column(JSON)
    target: Mapped["Article | None"] = relationship(foreign_keys=[target_id])


class Article(Base):
    __tablename__ = "articles"
    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    slug: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str | None]
    language: Mapped[str]
    author: Mapped[str | None]
    role: Mapped[str | None]
    publication: Mapped[str | None]
    image_caption: Mapped[str | None]
    image_url: Mapped[str | None]
    published_at: Mapped[int | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]
    revision: Mapped[int]
    word_count: Mapped[int]
    body: Mapped[list[str]] = mapped_column(JSON)
    analysis: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    source_name: Mapped[str]
    source_sha256: Mapped[str]
    source_bytes: Mapped[int]
    takeaways: Mapped[list[Takeaway]] = relationship(order_by=Takeaway.position)
    entities: Mapped[list[ArticleEntity]] = relationship(order_by=ArticleEntity.position)
    related: Mapped[list[RelatedLink]] = relationship(
        foreign_keys=[RelatedLink.article_id], order_by=RelatedLink.place
    )


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
    """The id, slug and title of an article to which a link leads."""

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
    published_at: int | None
    created_at: int
    updated_at: int
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
