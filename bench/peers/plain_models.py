"""SQLAlchemy models of articles in plain tables, as a tutorial would define them.

The database of the service stores articles compressed. The other frameworks read a copy in these tables.
"""

import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
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
    article_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("articles.id"), index=True)
    position: Mapped[int]
    text: Mapped[str]
    evidence: Mapped[list[Any]] = mapped_column(JSON)


class RelatedLink(Base):
    """A link from an article to a related article."""

    __tablename__ = "related_links"
    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    article_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("articles.id"), index=True)
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
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    summary: Mapped[str | None]
    language: Mapped[str]
    author: Mapped[str | None]
    role: Mapped[str | None]
    publication: Mapped[str | None]
    image_caption: Mapped[str | None]
    image_url: Mapped[str | None]
    published_at: Mapped[str | None]
    created_at: Mapped[str]
    updated_at: Mapped[str]
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


COPIED = (
    *("slug", "title", "summary", "language", "published_at", "created_at", "updated_at", "revision"),
    *("word_count", "analysis"),
)


def write_plain_tables(articles: Iterable[Mapping[str, Any]], database: Path) -> None:
    """Write articles into the new SQLite file `database`.

    `articles` are JSON values of the API, with bodies, takeaways, entities and related links. A related link
    gets a target only if the target article is among `articles`.
    """
    engine = create_engine(f"sqlite:///{database}")
    Base.metadata.create_all(engine)
    values = list(articles)
    stored = {each["id"] for each in values}
    with Session(engine) as session:
        for each in values:
            session.add(_article(each))
            for entity in each["entities"]:
                named = {name: entity[name] for name in ("slug", "name", "type")}
                session.merge(Entity(id=uuid.UUID(entity["id"]), **named))
        session.flush()
        for each in values:
            session.add_all(_parts(each, stored))
        session.commit()
    engine.dispose()


def _article(value: Mapping[str, Any]) -> Article:
    byline, image = value["byline"] or {}, value["image"] or {}
    source = value["source"]
    return Article(
        id=uuid.UUID(value["id"]),
        **{name: value[name] for name in COPIED},
        author=byline.get("author"),
        role=byline.get("role"),
        publication=byline.get("publication"),
        image_caption=image.get("caption"),
        image_url=image.get("url"),
        body=[each["text"] for each in value["body"]],
        source_name=source["name"],
        source_sha256=source["sha256"],
        source_bytes=source["bytes"],
    )


def _parts(value: Mapping[str, Any], stored: set[str]) -> list[Base]:
    article = uuid.UUID(value["id"])
    parts: list[Base] = [
        Takeaway(
            id=uuid.UUID(each["id"]),
            article_id=article,
            position=each["position"],
            text=each["text"],
            evidence=each["evidence"],
        )
        for each in value["takeaways"]
    ]
    parts += [
        ArticleEntity(
            article_id=article,
            entity_id=uuid.UUID(each["id"]),
            position=position,
            mention_count=each["mention_count"],
            salience=each["salience"],
        )
        for position, each in enumerate(value["entities"])
    ]
    for place, each in enumerate(value["related"]):
        target = each["target"] and each["target"]["id"]
        parts.append(
            RelatedLink(
                id=uuid.UUID(each["id"]),
                article_id=article,
                target_id=uuid.UUID(target) if target in stored else None,
                place=place,
                **{name: each[name] for name in ("basis", "title", "score", "reasons")},
            )
        )
    return parts
