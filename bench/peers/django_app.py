"""Django REST framework with model serializers and prefetched relations, as its guide recommends.

BENCH_DATABASE is the SQLite file that `bench.peers.plain_models` writes.
"""

import os
import uuid
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.configure(
    DEBUG=False,
    SECRET_KEY="only measured, never published",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    INSTALLED_APPS=["rest_framework"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["BENCH_DATABASE"],
            "CONN_MAX_AGE": None,
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

from django.db import models  # noqa: E402 -- requires the settings above
from django.urls import path  # noqa: E402
from rest_framework import generics, serializers  # noqa: E402


class Id(models.BinaryField):
    """A model field that stores a UUID in 16 bytes."""

    def from_db_value(self, value: Any, *_: Any) -> uuid.UUID | None:
        return None if value is None else uuid.UUID(bytes=bytes(value))

    def get_db_prep_value(self, value: Any, *_: Any, **__: Any) -> Any:
        return value.bytes if isinstance(value, uuid.UUID) else value


class Entity(models.Model):
    id = Id(primary_key=True)
    slug = models.TextField()
    name = models.TextField()
    type = models.TextField()

    class Meta:
        app_label, managed, db_table = "bench", False, "entities"


class Article(models.Model):
    id = Id(primary_key=True)
    slug = models.TextField(unique=True)
    title = models.TextField()
    summary = models.TextField(null=True)
    language = models.TextField()
    author = models.TextField(null=True)
    role = models.TextField(null=True)
    publication = models.TextField(null=True)
    image_caption = models.TextField(null=True)
    image_url = models.TextField(null=True)
    published_at = models.TextField(null=True)
    created_at = models.TextField()
    updated_at = models.TextField()
    revision = models.IntegerField()
    word_count = models.IntegerField()
    body = models.JSONField()
    analysis = models.JSONField(null=True)
    source_name = models.TextField()
    source_sha256 = models.TextField()
    source_bytes = models.IntegerField()

    class Meta:
        app_label, managed, db_table = "bench", False, "articles"


class Takeaway(models.Model):
    id = Id(primary_key=True)
    article = models.ForeignKey(Article, models.DO_NOTHING, related_name="takeaways")
    position = models.IntegerField()
    text = models.TextField()
    evidence = models.JSONField()

    class Meta:
        app_label, managed, db_table, ordering = "bench", False, "takeaways", ["position"]


class ArticleEntity(models.Model):
    """An entity that an article mentions."""

    pk = models.CompositePrimaryKey("article_id", "entity_id")
    article = models.ForeignKey(Article, models.DO_NOTHING, related_name="entities")
    entity = models.ForeignKey(Entity, models.DO_NOTHING)
    position = models.IntegerField()
    mention_count = models.IntegerField()
    salience = models.FloatField()

    class Meta:
        app_label, managed, db_table, ordering = "bench", False, "article_entities", ["position"]


class RelatedLink(models.Model):
    """A link from an article to a related article."""

    id = Id(primary_key=True)
    article = models.ForeignKey(Article, models.DO_NOTHING, related_name="related")
    target = models.ForeignKey(Article, models.DO_NOTHING, related_name="+", null=True)
    place = models.BigIntegerField()
    basis = models.TextField()
    title = models.TextField(null=True)
    score = models.FloatField(null=True)
    reasons = models.JSONField()

    class Meta:
        app_label, managed, db_table, ordering = "bench", False, "related_links", ["place"]


class TakeawaySerializer(serializers.ModelSerializer):
    id = serializers.UUIDField()

    class Meta:
        model, fields = Takeaway, ["id", "position", "text", "evidence"]


class EntitySerializer(serializers.ModelSerializer):
    id = serializers.UUIDField()

    class Meta:
        model, fields = Entity, ["id", "slug", "name", "type"]


class ArticleEntitySerializer(serializers.ModelSerializer):
    """An entity in the JSON of an article that mentions it."""

    entity = EntitySerializer()

    class Meta:
        model, fields = ArticleEntity, ["entity", "mention_count", "salience"]


class ReferenceSerializer(serializers.ModelSerializer):
    """The id, slug and title of the target article of a link."""

    id = serializers.UUIDField()

    class Meta:
        model, fields = Article, ["id", "slug", "title"]


class RelatedSerializer(serializers.ModelSerializer):
    """Serializes a link from an article to a related article."""

    id = serializers.UUIDField()
    target = ReferenceSerializer()

    class Meta:
        model, fields = RelatedLink, ["id", "basis", "title", "score", "reasons", "target"]


class ArticleSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField()
    takeaways = TakeawaySerializer(many=True)
    entities = ArticleEntitySerializer(many=True)
    related = RelatedSerializer(many=True)

    class Meta:
        model = Article
        fields = [
            *("id", "slug", "title", "summary", "language", "author", "role", "publication", "image_caption"),
            *("image_url", "published_at", "created_at", "updated_at", "revision", "word_count", "body"),
            *("analysis", "source_name", "source_sha256", "source_bytes", "takeaways", "entities", "related"),
        ]


# Columns of links and of their targets that the serializer shows.
LINK_COLUMNS = (
    *("id", "article_id", "target_id", "place", "basis", "title", "score", "reasons"),
    *("target__id", "target__slug", "target__title"),
)


class ArticleView(generics.RetrieveAPIView):
    queryset = Article.objects.prefetch_related(
        "takeaways",
        models.Prefetch("entities", ArticleEntity.objects.select_related("entity")),
        models.Prefetch("related", RelatedLink.objects.select_related("target").only(*LINK_COLUMNS)),
    )
    serializer_class = ArticleSerializer
    lookup_field = "slug"


urlpatterns = [path("articles/<slug:slug>", ArticleView.as_view())]
app = get_wsgi_application()
