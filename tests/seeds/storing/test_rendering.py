"""Tests of renderings, the stored JSON of articles: responses are the same with and without them."""

from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade, upgrade
from sqlalchemy import Executable, delete, select, update

from api.database.base import db, table_of
from api.models import Article, Entity, RelatedLink, Rendering, Takeaway
from api.v1.article_values import read_articles
from api.v1.renderings import RenderedArticle, item_of, render_values
from seeds.extraction.catalogue import EntityRecord
from seeds.storing.rendering import render_articles
from seeds.storing.transactions import transactions
from tests.api.answers import get
from tests.conftest import make_app
from tests.seeds.documents import ROOT, Page, seed, seed_pages, submit
from tests.seeds.random_histories import all_responses, random_steps
from tests.support.properties import random_seeds

FIRST = Page(title="The Weir", related=(("The Mill", None),))
LONELY = Page(
    title="Elsewhere",
    summary=None,
    caption=None,
    takeaways=(),
    analysis=(),
    signature=(),
    body=("Nobody had ever grown so many tulips under glass.", "Now a museum shows old clocks."),
)
_articles, _renderings = table_of(Article), table_of(Rendering)
ARTICLES_WITH_RENDERINGS = select(
    *(_articles.c[name] for name in ("number", "slug", "item_key", "item_json")),
    *(_renderings.c[name] for name in ("rendering_key", "etag", "part_ends", "json_gzip")),
).outerjoin_from(_articles, _renderings, _renderings.c.article == _articles.c.number)
KNOWN_WEIR = EntityRecord("The Weir", "place", "weir")
SECOND = Page(
    title="The Mill", body=("The mill at the river was sold on Monday to a farmer from the hills.",)
)


def refresh(app: Flask, *, all_articles: bool = False) -> int:
    """Store the missing renderings (the JSON of articles), and return how many were stored.

    If `all_articles` is True, existing renderings are replaced too.
    """
    with app.app_context(), transactions(db.engine, print) as begin:
        return render_articles(begin, all_articles=all_articles)


def stored_renderings(app: Flask) -> dict[str, bool]:
    """Return whether the JSON (rendering) of each article is stored, by slug.

    Assert that all stored JSON is what a request would produce now.
    """
    found = {}
    with app.app_context(), db.session.begin():
        fresh = read_articles(db.session.connection(), list(db.session.scalars(select(Article.number))), "")
        for row in db.session.execute(ARTICLES_WITH_RENDERINGS):
            values = fresh.pop(row.number)
            has_item, has_rendering = row.item_key is not None, row.rendering_key is not None
            assert not has_item or row.item_json == item_of(values)
            stored = RenderedArticle(row.etag, row.part_ends, row.json_gzip)
            assert not has_rendering or stored == render_values(values)
            assert has_item or not has_rendering
            found[row.slug] = has_rendering
    assert not fresh
    return found


@random_seeds(2)
def test_no_rendering_is_outdated_after_any_sequence_of_commands(app: Flask, seed: int) -> None:
    random = Random(seed)  # noqa: S311
    seen: Counter[bool] = Counter()
    for _ in random_steps(app, seed):
        seen.update(stored_renderings(app).values())
        if random.random() < 0.7:
            refresh(app)
            assert all(stored_renderings(app).values())
    assert seen[False] > 20


@random_seeds(1)
def test_every_response_is_the_same_with_and_without_renderings(app: Flask, seed: int) -> None:
    for _ in random_steps(app, seed):
        pass
    refresh(app)
    with_them = all_responses(app)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(delete(Rendering))
        connection.execute(update(Article).values(item_key=None, item_json=None))
    assert not any(stored_renderings(app).values())
    assert all_responses(app) == with_them
    assert len(with_them) > 100


def test_a_change_makes_only_the_renderings_that_contain_it_stale(app: Flask) -> None:
    seed_pages(app, [submit(*each) for each in (("weir", FIRST), ("mill", SECOND), ("other", LONELY))], [])
    assert refresh(app) == 3
    assert refresh(app) == 0
    corrected = Page(title="The Mill Is Sold", body=SECOND.body)
    seed_pages(app, [submit("mill", corrected)], [])
    assert stored_renderings(app) == {"the-weir": False, "the-mill": False, "elsewhere": True}
    assert refresh(app) == 2


@pytest.mark.parametrize(
    "change",
    [
        update(Takeaway).values(text="Another one."),
        update(RelatedLink).values(title="Another one."),
        update(Entity).values(name="Another one"),
        update(Entity).values(type="event"),
        update(Article).values(updated_at=datetime(2026, 4, 21, tzinfo=UTC)),
        update(Article).values(item_json=b"{}"),
        update(Rendering).values(json_gzip=b""),
    ],
    ids=lambda change: next(iter(change.compile().params)),
)
def test_render_corrects_renderings_after_a_statement_from_outside_the_project(
    app: Flask, change: Executable
) -> None:
    runner = app.test_cli_runner()
    seed_pages(app, [submit("weir", FIRST)], [KNOWN_WEIR])
    assert refresh(app) == 1
    with app.app_context(), db.engine.begin() as connection:
        assert connection.execute(change).rowcount > 0
    result = runner.invoke(args=["seed", "render"])
    assert (result.exit_code, result.stdout) == (0, "1 article rendered\n")
    assert all(stored_renderings(app).values())


def test_a_change_of_entity_counts_does_not_make_a_rendering_stale(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["seed", "load"]).exit_code == 0
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(Entity).values(article_count=7, aliases=["Another"]))
    assert all(stored_renderings(app).values())


@pytest.mark.parametrize("command", ["load", "remove", "relink", "import"])
def test_each_command_leaves_every_article_rendered(app: Flask, command: str, tmp_path: object) -> None:
    runner = app.test_cli_runner()
    seed_pages(app, [submit("weir", FIRST), submit("mill", SECOND)], [])
    assert not any(stored_renderings(app).values())
    exported = f"{tmp_path}/export.ndjson"
    if command == "import":
        assert runner.invoke(args=["seed", "export", exported]).exit_code == 0
        with app.app_context():
            downgrade(revision="base", x_arg="delete=articles")
            upgrade()
    arguments = {"load": [str(ROOT / "seeds/documents")], "remove": ["the-mill"], "import": [exported]}
    result = runner.invoke(args=["seed", command, *arguments.get(command, [])])
    assert result.exit_code == 0, result.output
    found = stored_renderings(app)
    assert len(found) == {"load": 3, "remove": 1}.get(command, 2)
    assert all(found.values())


def test_a_rendering_for_a_different_base_url_is_not_served_and_is_replaced(
    app: Flask, client: FlaskClient, database_url: str
) -> None:
    assert app.test_cli_runner().invoke(args=["seed", "load"]).exit_code == 0
    (slug,) = stored_renderings(app)
    own = get(client, f"/v1/articles/{slug}")
    elsewhere = make_app(database_url, BRIEFS_BASE_URL="https://api.example.org/briefs")
    for _ in range(2):
        answer = get(elsewhere.test_client(), f"/v1/articles/{slug}")
        assert answer["links"]["self"] == f"https://api.example.org/briefs/v1/articles/{slug}"
        assert get(client, f"/v1/articles/{slug}") == own
        # A load with a different base URL than the service renders only the articles that it changes.
        assert refresh(elsewhere) == 0
        assert refresh(elsewhere, all_articles=True) == 1
    with elsewhere.app_context():
        db.engine.dispose()


def test_a_dry_run_does_not_render(app: Flask) -> None:
    seed_pages(app, [submit("weir", FIRST)], [])
    assert seed(app, "--dry-run", ROOT / "seeds/documents").exit_code == 0
    assert stored_renderings(app) == {"the-weir": False}
