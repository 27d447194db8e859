"""Tests of `flask seed load --prune`, which removes the articles whose documents are gone, and no others."""

import shutil
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tests.seeds.commands.results import assert_predicted
from tests.seeds.documents import Page, last_line, seed, write
from tests.seeds.stored_rows import rows

NAMES = ("a", "b", "c", "d", "e")


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    """Load five documents, and return their folder."""
    pages = tmp_path / "pages"
    for name in NAMES:
        write(pages, name, Page(title=f"The Gauge of Town {name.upper()}"))
    assert last_line(seed(app, pages)).startswith("5 created")
    return pages


def prune(app: Flask, *arguments: object, answer: str | None = None) -> Result:
    """Run `flask seed load --prune`, answer its question with `answer`, and return the result."""
    command = ["seed", "load", "--prune", *map(str, arguments)]
    return app.test_cli_runner().invoke(args=command, input=answer)


def keys(app: Flask) -> set[str]:
    """Return the keys of all stored articles."""
    return {row["key"] for row in rows(app)["articles"]}


def removed(result: Result) -> int:
    """Return how many articles a load has removed, according to its output."""
    return int(last_line(result).split(", ")[3].split()[0])


def test_articles_of_missing_documents_are_listed_and_removed_after_confirmation(
    app: Flask, folder: Path
) -> None:
    (folder / "b.txt").unlink()
    result = prune(app, folder, answer="y\n")
    shown, asked = result.stderr.splitlines()
    assert shown == f"{folder}/b.txt: the document of article the-gauge-of-town-b is gone"
    assert asked.startswith(f"Remove 1 of the 5 articles of {folder}? [y/N]:")
    assert result.stdout == "0 created, 0 updated, 4 unchanged, 1 removed, 0 rejected\n"
    assert result.exit_code == 0
    assert keys(app) == set(NAMES) - {"b"}


def test_answering_no_removes_nothing_and_is_not_an_error(app: Flask, folder: Path) -> None:
    (folder / "b.txt").unlink()
    result = prune(app, folder, answer="n\n")
    assert (removed(result), result.exit_code) == (0, 0)
    assert keys(app) == set(NAMES)


def test_without_an_answer_nothing_is_removed_and_the_message_names_the_option(
    app: Flask, folder: Path
) -> None:
    (folder / "b.txt").unlink()
    result = prune(app, folder, answer="")
    assert result.stderr.splitlines()[-1].endswith(
        f"not removed: 1 of the 5 articles of {folder}; the question was not answered; use --yes to skip it"
    )
    assert (removed(result), result.exit_code) == (0, 1)
    assert keys(app) == set(NAMES)


def test_with_yes_articles_are_removed_without_a_question(app: Flask, folder: Path) -> None:
    (folder / "b.txt").unlink()
    (folder / "d.txt").unlink()
    result = prune(app, "--yes", folder)
    assert "Remove" not in result.stderr
    assert (removed(result), result.exit_code) == (2, 0)
    assert keys(app) == {"a", "c", "e"}


def test_without_missing_documents_there_is_no_question(app: Flask, folder: Path) -> None:
    before = rows(app)
    result = prune(app, folder)
    assert (result.stderr, removed(result), result.exit_code) == ("", 0, 0)
    assert rows(app) == before


def test_more_than_half_of_a_folder_is_removed_only_with_force(app: Flask, folder: Path) -> None:
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").unlink()
    refused = prune(app, "--yes", folder)
    assert refused.stderr.splitlines()[-1] == (
        f"not removed: 3 of the 5 articles of {folder}, which is more than half; use --force to remove them"
    )
    assert (removed(refused), refused.exit_code) == (0, 1)
    assert keys(app) == set(NAMES)
    forced = prune(app, "--yes", "--force", folder)
    assert (removed(forced), forced.exit_code) == (3, 0)
    assert keys(app) == {"d", "e"}


def test_half_of_a_folder_is_removed_without_force(app: Flask, folder: Path) -> None:
    write(folder, "f", Page(title="The Gauge of Town F"))
    seed(app, folder)
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").unlink()
    assert removed(prune(app, "--yes", folder)) == 3


def test_nothing_is_removed_if_the_folder_is_empty(app: Flask, folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    assert prune(app, "--yes", folder).exit_code == 1
    assert keys(app) == set(NAMES)


def test_articles_of_a_different_folder_are_not_removed(app: Flask, folder: Path, tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "elsewhere", "x", Page(title="Elsewhere")).parent
    seed(app, elsewhere)
    (elsewhere / "x.txt").unlink()
    assert removed(prune(app, "--yes", "--force", folder)) == 0
    assert keys(app) == {*NAMES, "x"}


def test_a_moved_document_belongs_to_its_new_folder_after_the_next_load(
    app: Flask, folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / "b.txt").rename(elsewhere / "b.txt")
    assert last_line(seed(app, elsewhere)).startswith("0 created, 0 updated, 1 unchanged")
    assert removed(prune(app, "--yes", folder)) == 0
    assert keys(app) == set(NAMES)
    (elsewhere / "b.txt").unlink()
    assert removed(prune(app, "--yes", "--force", elsewhere)) == 1


def test_a_folder_is_recognized_under_all_of_its_names(
    app: Flask, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(folder)
    (folder / "b.txt").unlink()
    assert removed(prune(app, "--yes", tmp_path / "link")) == 1
    (folder / "c.txt").unlink()
    monkeypatch.chdir(folder)
    assert removed(prune(app, "--yes", ".")) == 1


def test_a_rejected_document_is_not_missing(app: Flask, folder: Path) -> None:
    write(folder, "a", b"")
    write(folder, "b", Page(), "published_at: noon")
    result = prune(app, "--yes", folder)
    assert (last_line(result), result.exit_code) == (
        "0 created, 0 updated, 3 unchanged, 0 removed, 2 rejected",
        1,
    )
    assert keys(app) == set(NAMES)


def test_the_old_article_of_a_document_with_a_new_key_is_removed(app: Flask, folder: Path) -> None:
    write(folder, "b", Page(title="The Gauge of Town B"), "url: https://example.org/b")
    result = prune(app, "--yes", folder)
    assert last_line(result) == "1 created, 0 updated, 4 unchanged, 1 removed, 0 rejected"
    assert keys(app) == {"a", "c", "d", "e", "https://example.org/b"}


def test_a_file_that_is_not_loaded_with_its_folder_is_not_missing(app: Flask, folder: Path) -> None:
    others = [write(folder, "f", Page(title="Town F")), write(folder, ".g", Page(title="Town G"))]
    named = others[0].rename(folder / "f.page")
    assert last_line(seed(app, named, others[1])).startswith("2 created")
    assert removed(prune(app, "--yes", folder)) == 0
    named.unlink()
    assert removed(prune(app, "--yes", folder)) == 1
    assert keys(app) == {*NAMES, ".g"}


def test_nothing_is_removed_if_a_rejected_file_could_be_the_missing_document(
    app: Flask, folder: Path
) -> None:
    write(folder, "b", Page(title="The Gauge of Town B"), "url: https://example.org/b")
    assert prune(app, "--yes", folder).exit_code == 0
    (folder / "b.txt").rename(folder / "x.txt")
    (folder / "b.yaml").unlink()
    (folder / "x.yaml").write_text("nonsense: 1", encoding="utf-8")
    result = prune(app, "--yes", folder)
    assert result.stderr.splitlines()[-1] == (
        f"not removed: 1 of the 5 articles of {folder}; x.txt may be the document of one of these; "
        "correct it or use --force"
    )
    assert (removed(result), result.exit_code) == (0, 1)
    (folder / "x.yaml").write_text("url: https://example.org/b", encoding="utf-8")
    assert (
        last_line(prune(app, "--yes", folder)) == "0 created, 1 updated, 4 unchanged, 0 removed, 0 rejected"
    )


def test_nothing_is_removed_if_files_change_names_and_one_is_rejected(app: Flask, folder: Path) -> None:
    for name in "ab":
        write(folder, name, Page(title=f"Town {name}"), f"url: https://example.org/{name}")
    assert prune(app, "--yes", folder).exit_code == 0
    write(folder, "a", Page(title="Town b"), "nonsense: 1")
    write(folder, "b", Page(title="Town a"), "url: https://example.org/a")
    result = prune(app, "--yes", folder)
    assert (removed(result), result.exit_code) == (0, 1)


def test_created_articles_do_not_raise_the_limit_of_removed_articles(app: Flask, folder: Path) -> None:
    for name in NAMES:
        (folder / f"{name}.txt").rename(folder / f"{name}{name}.txt")
    result = prune(app, "--yes", folder)
    assert last_line(result) == "5 created, 0 updated, 0 unchanged, 0 removed, 0 rejected"
    assert result.stderr.splitlines()[-1].startswith(
        f"not removed: 5 of the 5 articles of {folder}, which is more than half"
    )
    assert result.exit_code == 1


def test_there_is_one_question_for_a_folder_that_is_named_twice(app: Flask, folder: Path) -> None:
    (folder / "b.txt").unlink()
    result = prune(app, folder, f"{folder}/", answer="n\n")
    assert result.stderr.count("Remove 1 of") == 1


def test_a_dry_run_prints_the_same_without_a_question_and_removes_nothing(app: Flask, folder: Path) -> None:
    (folder / "b.txt").unlink()
    before = rows(app)
    dry = prune(app, "--dry-run", folder)
    assert rows(app) == before
    real = prune(app, "--yes", folder)
    assert_predicted(dry, real)
    assert removed(real) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--prune", "pages/a.txt"), "--prune requires folders, but pages/a.txt is a file"),
        (("--yes", "pages"), "--yes requires --prune"),
        (("--force", "pages"), "--force requires --prune"),
    ],
    ids=["file", "yes", "force"],
)
def test_options_that_contradict_each_other_are_usage_errors(
    app: Flask,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(folder.parent)
    result = seed(app, *options)
    assert result.stderr.endswith(f"Error: {message}\n")
    assert (result.stdout, result.exit_code) == ("", 2)
