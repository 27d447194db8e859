"""Tests of parsing a manifest, and of the metadata that it gives to the documents of its folder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from seeds.parsing.document import Rejection
from seeds.parsing.files import read_with_sidecar
from seeds.parsing.formats.manifest import Manifest, parse_manifest
from seeds.parsing.sidecar import Sidecar
from tests.seeds.documents import Page, write

APRIL = datetime(2026, 4, 21, tzinfo=UTC)


def parse_text(text: str) -> Manifest:
    return parse_manifest(text.encode())


def rejection_of(text: str | bytes, name: str | None = None) -> str:
    """Parse the manifest `text`, look up the row of the document `name`, and return the error message.

    The manifest or the row must be rejected.
    """
    try:
        parse_manifest(text.encode() if isinstance(text, str) else text).find(name or "")
    except Rejection as rejection:
        return rejection.message
    raise AssertionError("not rejected")


def test_a_row_gives_metadata_to_its_document() -> None:
    manifest = parse_text(
        "file,url,published_at,language,image_url,slug\r\n"
        'a.txt,"https://a.example.org/x,y",2026-04-21,de,,tide\r\n\r\nb,,,,,\r\n'
    )
    assert manifest.find("a.txt") == Sidecar("https://a.example.org/x,y", APRIL, "de", None, "tide")
    assert manifest.find("b.md") == manifest.find("c.txt") == Sidecar()


@pytest.mark.parametrize("name", ["notes", ".notes"])
def test_a_document_without_an_extension_has_one_row(tmp_path: Path, name: str) -> None:
    assert parse_text(f"file,slug\n{name},tide").find(name).slug == "tide"
    path = write(tmp_path, "a", Page()).rename(tmp_path / name)
    (tmp_path / "manifest.csv").write_text(f"file,slug\n{name},tide\n")
    assert read_with_sidecar(path, 10_000).metadata.slug == "tide"


@pytest.mark.parametrize("column", ["file", "filename", "name", "document"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_column_of_the_document_has_several_names(column: str, mark: str) -> None:
    assert parse_text(f"{mark}slug, {column}\ntide,a").find("a.txt").slug == "tide"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"file,slug\na,\xff", "manifest manifest.csv line 2: the file is not UTF-8"),
        ("", "manifest manifest.csv line 1: expected a column 'file' with the file name of each document"),
        ("slug\ntide", "manifest manifest.csv line 1: expected a column 'file'"),
        ("file,language,language", "manifest manifest.csv line 1: the column 'language' is repeated"),
        (
            "file,titel",
            "manifest manifest.csv line 1: 'titel' is not a column of a manifest; the columns are file, ",
        ),
        ("file,langage", "manifest manifest.csv line 1: 'langage' is not a column"),
        ("file;slug\na;b", "manifest manifest.csv line 1: 'file;slug' is not a column of a manifest"),
        ("file,slug\na,b,c", "manifest manifest.csv line 2: 3 cells; expected at most 2"),
        ("file,slug\n,b", "manifest manifest.csv line 2: the column 'file' is empty"),
        ('file,slug\na,"b', "manifest manifest.csv line 2: not CSV: "),
    ],
)
def test_a_manifest_that_cannot_be_read_names_the_line(text: str | bytes, expected: str) -> None:
    assert rejection_of(text).startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("file,slug\nb,x\na.txt,A B", "manifest manifest.csv line 3: 'slug' must be words of a-z"),
        ("file,slug\na.txt,x\na.txt,y", "manifest manifest.csv line 3: a second row for a.txt"),
        ("file,slug\na.txt,x\na,y", "manifest manifest.csv line 3: a second row for a.txt"),
    ],
)
def test_an_invalid_row_only_concerns_its_document(text: str, expected: str) -> None:
    assert rejection_of(text, "a.txt").startswith(expected)
    parse_text(text).find("b.txt")


def test_the_sidecar_wins_over_the_manifest_and_both_over_the_document(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text("file,slug,language,published_at\na.md,manifest,de,2026-04-21\n")
    (tmp_path / "a.yml").write_text("slug: sidecar\n")
    path = tmp_path / "a.md"
    path.write_text(
        "---\ntitle: Tide\nslug: document\nlanguage: fr\nurl: https://a.example.org/t\n---\nText."
    )
    submission = read_with_sidecar(path, 10_000)
    metadata = submission.metadata
    assert (metadata.slug, metadata.language, metadata.published_at) == ("sidecar", "de", APRIL)
    assert submission.key == metadata.url == "https://a.example.org/t"


def test_a_changed_manifest_is_read_again(tmp_path: Path) -> None:
    path, manifest = write(tmp_path, "a", Page()), tmp_path / "manifest.csv"
    for slug in ("first", "second-one"):
        manifest.write_text(f"file,slug\na,{slug}\n")
        assert read_with_sidecar(path, 10_000).metadata.slug == slug


def test_a_document_with_two_sidecars_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path, "a", Page(), "language: de")
    (tmp_path / "a.yml").write_text("language: fr")
    with pytest.raises(Rejection) as caught:
        read_with_sidecar(path, 10_000)
    assert caught.value.message == "sidecar a.yml: a.yaml is a sidecar of the same document; keep one of them"
