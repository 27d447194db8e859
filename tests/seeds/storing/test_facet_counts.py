"""Tests of the stored counts of articles by facet: they always equal a new count of the articles."""

from pathlib import Path

from flask import Flask

from tests.seeds.documents import Page, comparison_app, seed_pages, submit
from tests.seeds.random_histories import KNOWN, export, import_file, random_steps, relink_pages, remove_page
from tests.seeds.stored_rows import Rows, recount_facet_lists, recount_facets, rows


def assert_counted(found: Rows) -> None:
    """Assert that the stored counts and lists of facets are the same as those computed from other tables.

    `found` is a dict from the name of a table to its rows.
    """
    assert [
        {name: row[name] for name in ("name", "value", "article_count")} for row in found["facet_counts"]
    ] == recount_facets(found)
    assert sorted(found["facet_lists"], key=str) == sorted(recount_facet_lists(found), key=str)


def test_kept_counts_equal_counted_ones_after_each_random_step_and_an_import(
    app: Flask, sqlite_template: Path, tmp_path: Path
) -> None:
    for _ in random_steps(app, seed=1, steps=24):
        assert_counted(rows(app))
    for entity_type in ("event", "person"):
        relink_pages(app, [entity._replace(type=entity_type) for entity in KNOWN])
        assert_counted(rows(app))
    with comparison_app(sqlite_template, tmp_path) as imported:
        assert import_file(imported, export(app), tmp_path).exit_code == 0
        assert_counted(rows(imported))


def test_languages_that_differ_only_in_case_are_one_facet(app: Flask) -> None:
    tags = ("zh-hans", "ZH-Hans", "en-gb", "EN")
    seed_pages(app, [submit(f"page-{at}", Page(), f"language: {tag}") for at, tag in enumerate(tags)])
    found = {
        row["value"]: row["article_count"] for row in rows(app)["facet_counts"] if row["name"] == "language"
    }
    assert found == {"zh-Hans": 2, "en-GB": 1, "en": 1}


def test_a_facet_without_articles_is_deleted(app: Flask) -> None:
    seed_pages(app, [submit("page", Page(), "published_at: 2026-04-21")])
    assert {row["name"] for row in rows(app)["facet_counts"]} >= {
        "publication",
        "language",
        "year",
        "month",
        "day",
    }
    remove_page(app, "page")
    found = rows(app)
    assert (found["facet_counts"], found["facet_lists"]) == ([], [])
