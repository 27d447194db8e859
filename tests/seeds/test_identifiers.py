"""Tests of ids and slugs: the same documents always get the same ids and slugs."""

import hashlib
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from slugify import slugify

from seeds.identifiers import (
    MAX_SLUG_LENGTH,
    article_id,
    entity_id,
    is_slug,
    make_slug,
    related_link_id,
    takeaway_id,
    title_hash,
)
from tests.seeds.documents import Page, clear, comparison_app, last_line, seed, seed_pages, submit, write
from tests.seeds.stored_rows import article_row, rows, without_volatile_columns

ARTICLE = UUID("f2c8f2a4-e8d6-51a9-9662-e3de69983d26")
SLUG = "harbour-towns-share-their-tide-gauges"
UUID_TITLE = "123E4567-e89b-42d3-a456-426614174000"


def slugs(app: Flask) -> dict[str, str]:
    """Return the current slug of each article, by the key of its document."""
    return {row["key"]: row["slug"] for row in rows(app)["articles"]}


def all_slugs(app: Flask, key: str) -> set[str]:
    """Return all current and former slugs of the article whose document has `key`."""
    return {row["slug"] for row in rows(app)["article_slugs"] if row["article_id"] == article_id(key)}


def test_ids_never_change() -> None:
    assert article_id("000_873f17470df679e4") == ARTICLE
    assert article_id("https://example.org/a") == UUID("20e3da07-3644-5557-b79a-24a83ea31b87")
    assert takeaway_id(ARTICLE, 1) == UUID("b0ef452c-0a29-556a-8439-10aa7a5f57d8")
    assert related_link_id(ARTICLE, 1) == UUID("a9a3cae9-a122-522e-aba4-748e45559aca")
    assert entity_id("sunrise") == UUID("32181dc4-66e2-53b2-863e-b9a6fff3b957")


def test_ids_are_uuids_of_version_5_that_differ_by_kind_and_key() -> None:
    ids = [article_id("x"), article_id("y"), entity_id("x"), entity_id("y")]
    ids += [
        make(ids[at], place) for make in (takeaway_id, related_link_id) for at in (0, 1) for place in (1, 2)
    ]
    assert len(set(ids)) == len(ids)
    assert {identity.version for identity in ids} == {5}


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Harbour Towns Share Their Tide Gauges", SLUG),
        ("St. Olave's  Quay-Side, 1,000 times", "st-olave-s-quay-side-1000-times"),
        ("China's “AI+” plan: 5G & more", "china-s-ai-plan-5g-more"),
        ("Ünïcödé Straße", "unicode-strasse"),
        ("привет мир", "privet-mir"),
        ("中国发布新计划", "zhong-guo-fa-bu-xin-ji-hua"),
        ("🎉 5 years", "5-years"),
        ("🎉🎉🎉", "article-0"),
        ("?!…", "article-0"),
        (UUID_TITLE, "article-0"),
        ("x" * 300, "x" * MAX_SLUG_LENGTH),
        ("word " * 60, "-".join(["word"] * 24)),
    ],
)
def test_a_slug_contains_the_words_of_the_title(title: str, slug: str) -> None:
    assert make_slug(title, "article-0") == slug


@given(st.text("aB0 '.-", max_size=2 * MAX_SLUG_LENGTH))
def test_plain_titles_have_the_slugs_that_slugify_gives_them(title: str) -> None:
    slug = slugify(title, max_length=MAX_SLUG_LENGTH, word_boundary=True)
    assert make_slug(title, "article-0") == (slug or "article-0")


@given(st.text())
def test_every_title_has_a_valid_slug(title: str) -> None:
    assert is_slug(make_slug(title, "article-0"))


@pytest.mark.parametrize("text", ["a", "7", "a-b-c", "x" * MAX_SLUG_LENGTH, "123e4567", "2026-04-21"])
def test_words_of_letters_and_digits_are_a_slug(text: str) -> None:
    assert is_slug(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "-",
            "a-",
            "-a",
            "a--b",
            "A",
            "a b",
            "a_b",
            "é",
            "a\n",
            "a/b",
            "x" * (MAX_SLUG_LENGTH + 1),
            "１",
        ),
        UUID_TITLE.lower(),
    ],
)
def test_other_text_is_not_a_slug(text: str) -> None:
    assert not is_slug(text)


@pytest.mark.parametrize(
    "spelling",
    ["the  mayor's “plan”", 'THE MAYOR’S "PLAN"', " the mayor's\n“plan” ", "ｔｈｅ mayor's “plan”"],
)
def test_two_spellings_of_one_title_share_a_hash(spelling: str) -> None:
    assert title_hash(spelling) == title_hash('The Mayor\'s "Plan"')


def test_a_title_hash_is_a_signed_hash_of_the_plain_title() -> None:
    digest = hashlib.blake2b(b"the mayor's plan", digest_size=8).digest()
    assert title_hash("The Mayor’s  Plan") == int.from_bytes(digest, "big", signed=True)


def test_different_titles_have_different_hashes() -> None:
    assert len({title_hash(title) for title in ("A Plan", "A Plan.", "Plan A", "A-Plan", "APlan")}) == 5


def test_two_articles_with_one_title_have_two_slugs(app: Flask) -> None:
    assert seed_pages(app, [submit("a", Page()), submit("b", Page())]) == ["created", "created"]
    assert slugs(app) == {"a": SLUG, "b": f"{SLUG}-{article_id('b').hex[:8]}"}


def test_two_articles_with_one_very_long_title_have_two_slugs(app: Flask) -> None:
    page = Page(title="Word " * 59 + "Word")
    seed_pages(app, [submit("a", page), submit("b", page)])
    found = slugs(app)
    assert found["b"].endswith(f"-{article_id('b').hex[:8]}")
    assert found["b"].startswith("word-word-")
    assert found["a"] != found["b"]
    assert all(map(is_slug, found.values()))


def test_the_slug_does_not_change_with_the_title(app: Flask) -> None:
    outcomes = seed_pages(app, [submit("a", Page()), submit("a", Page(title="Another Title Altogether"))])
    assert outcomes == ["created", "updated"]
    assert article_row(app, "a")["title"] == "Another Title Altogether"
    assert slugs(app) == {"a": SLUG}
    assert all_slugs(app, "a") == {SLUG}


def test_the_slug_of_a_sidecar_replaces_the_slug_and_the_old_slug_is_kept(app: Flask) -> None:
    outcomes = seed_pages(app, [submit("a", Page()), submit("a", Page(), "slug: tide-gauges")])
    assert outcomes == ["created", "updated"]
    assert slugs(app) == {"a": "tide-gauges"}
    assert all_slugs(app, "a") == {SLUG, "tide-gauges"}


def test_an_article_can_return_to_an_old_slug(app: Flask) -> None:
    there_and_back = ["", "slug: tide-gauges", f"slug: {SLUG}"]
    outcomes = seed_pages(app, [submit("a", Page(), sidecar) for sidecar in there_and_back])
    assert outcomes == ["created", "updated", "updated"]
    assert slugs(app) == {"a": SLUG}
    assert all_slugs(app, "a") == {SLUG, "tide-gauges"}


def test_the_slug_does_not_change_if_it_is_removed_from_the_sidecar(app: Flask) -> None:
    outcomes = seed_pages(app, [submit("a", Page(), "slug: tide-gauges"), submit("a", Page())])
    assert outcomes == ["created", "unchanged"]
    assert slugs(app) == {"a": "tide-gauges"}


@pytest.mark.parametrize("taken", [SLUG, "former"])
def test_a_current_or_former_slug_of_a_different_article_is_rejected_with_one_line(
    app: Flask, tmp_path: Path, taken: str
) -> None:
    seed_pages(app, [submit("a", Page(), "slug: former"), submit("a", Page(), f"slug: {SLUG}")])
    before = rows(app)
    path = write(tmp_path, "b", Page(title="Quite Another"), f"slug: {taken}")
    result = seed(app, path)
    assert result.exit_code == 1
    assert last_line(result) == "0 created, 0 updated, 0 unchanged, 0 removed, 1 rejected"
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{path}: rejected: ")
    assert f"the slug '{taken}' in the sidecar belongs to another article" in line
    assert rows(app) == before


@pytest.mark.parametrize("title", ["中国发布新计划", "🎉🎉🎉", "?!…", UUID_TITLE])
def test_articles_with_a_title_that_cannot_be_a_slug_have_different_slugs(app: Flask, title: str) -> None:
    seed_pages(app, [submit("a", Page(title=title)), submit("b", Page(title=title))])
    found = slugs(app)
    assert all(map(is_slug, found.values()))
    assert found["a"] != found["b"]


def test_the_slug_contains_the_full_id_if_shorter_slugs_are_taken(app: Flask, tmp_path: Path) -> None:
    second = f"{SLUG}-{article_id('c').hex[:8]}"
    write(tmp_path, "a", Page())
    write(tmp_path, "b", Page(title="Quite Another"), f"slug: {second}")
    write(tmp_path, "c", Page())
    write(tmp_path, "d", Page(title="One More After It"))
    result = seed(app, tmp_path)
    assert last_line(result) == "4 created, 0 updated, 0 unchanged, 0 removed, 0 rejected", result.stderr
    assert len(set(slugs(app).values())) == 4


def test_a_slug_of_a_different_article_is_never_reused(app: Flask) -> None:
    second = f"{SLUG}-{article_id('c').hex[:8]}"
    seed_pages(
        app, [submit("a", Page()), submit("b", Page(), f"slug: {second}"), submit("b", Page(), "slug: b")]
    )
    seed_pages(app, [submit("c", Page())])
    assert all_slugs(app, "b") == {second, "b"}
    assert slugs(app)["c"] in all_slugs(app, "c")


@pytest.mark.parametrize("length", [300, 3_000, 30_000])
def test_a_very_long_title_has_the_same_outcome_on_both_engines_and_does_not_stop_other_documents(
    app: Flask, sqlite_template: Path, tmp_path: Path, length: int
) -> None:
    # An index entry of PostgreSQL holds 2,704 bytes. Compression does not shorten these words.
    words = " ".join(hashlib.sha256(bytes([at % 256, at // 256])).hexdigest() for at in range(500))
    title = words[:length].strip()
    write(tmp_path / "pages", "a", Page(title=title, summary=f"{title} and the rest of it"))
    write(tmp_path / "pages", "b", Page())
    result = seed(app, tmp_path / "pages")
    with comparison_app(sqlite_template, tmp_path) as other:
        assert last_line(seed(other, tmp_path / "pages")) == last_line(result)
        assert without_volatile_columns(rows(other)) == without_volatile_columns(rows(app))
    assert {row["key"]: row["title"] for row in rows(app)["articles"]}["b"] == Page().title


def test_the_same_documents_give_the_same_ids_in_every_database(app: Flask) -> None:
    pages = [
        submit("a", Page(related=(("B", None),))),
        submit("b", Page(title="B"), "url: https://example.org/b"),
    ]
    seed_pages(app, pages)
    first = rows(app)
    clear(app)
    seed_pages(app, reversed(pages))
    assert {row["key"]: row["id"] for row in first["articles"]} == {
        "a": article_id("a"),
        "https://example.org/b": article_id("https://example.org/b"),
    }
    for table in ("articles", "takeaways", "related_links"):
        assert [row["id"] for row in rows(app)[table]] == [row["id"] for row in first[table]]
