"""Tests of finding and reading the files of documents, and of the keys that identify documents."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seeds.parsing.document import Document, Rejection
from seeds.parsing.files import (
    DOCUMENTS_FOLDER,
    RejectedDocument,
    read_bytes,
    read_document,
    read_file,
    read_line,
    read_lines,
    read_with_sidecar,
)
from seeds.parsing.folders import find_documents
from seeds.parsing.page import parse
from tests.seeds.documents import Page, make_unreadable, write


def rejection_of(path: Path, max_bytes: int = 10_000) -> Rejection:
    """Read the file at `path`, which must be rejected, and return the rejection."""
    with pytest.raises(Rejection) as caught:
        read_bytes(path, max_bytes)
    return caught.value


def test_the_documents_of_the_project_exist() -> None:
    assert (DOCUMENTS_FOLDER / "000_873f17470df679e4.txt") in find_documents([DOCUMENTS_FOLDER])


def test_a_folder_contains_its_documents_sorted_by_name(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.yaml", "d.TXT", "e.txt.bak", "[f].txt", "txt"):
        (tmp_path / name).touch()
    write(tmp_path / "below", "g", Page())
    assert [path.name for path in find_documents([tmp_path])] == ["[f].txt", "a.txt", "b.txt", "d.TXT"]


def test_named_files_are_found_with_any_extension(tmp_path: Path) -> None:
    paths = [tmp_path / "b.text", tmp_path / "a.txt"]
    assert find_documents(paths) == paths


def test_a_folder_with_odd_characters_in_its_name_is_searched(tmp_path: Path) -> None:
    path = write(tmp_path / "[a]*?", "page", Page())
    assert find_documents([path.parent]) == [path]


def test_no_file_is_found_twice(tmp_path: Path) -> None:
    path = write(tmp_path, "a", Page())
    assert find_documents([path, tmp_path, path]) == [path]


def test_a_file_given_by_two_paths_is_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "pages", "a", Page())
    monkeypatch.chdir(tmp_path)
    spellings = [Path("pages"), tmp_path / "pages", Path("pages/../pages/a.txt")]
    assert len(find_documents(spellings)) == 1


def test_an_empty_folder_contains_no_documents(tmp_path: Path) -> None:
    assert find_documents([tmp_path]) == []


def test_bytes_are_read_unchanged(tmp_path: Path) -> None:
    data = bytes(range(256)) + b"\r\n\xef\xbb\xbf"
    assert read_bytes(write(tmp_path, "a", data), len(data)) == data
    assert read_bytes(write(tmp_path, "empty", b""), 1) == b""


def test_a_file_at_the_limit_is_read_and_one_byte_over_is_not(tmp_path: Path) -> None:
    path = write(tmp_path, "a", b"x" * 101)
    assert read_bytes(path, 101) == b"x" * 101
    rejection = rejection_of(path, 100)
    assert rejection.message == "the file is larger than the limit of 100 bytes"
    assert rejection.place == "byte 100"


def test_a_folder_a_pipe_and_a_broken_link_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "nothing.txt").symlink_to(tmp_path / "gone")
    (tmp_path / "circle.txt").symlink_to(tmp_path / "circle.txt")
    paths = find_documents([tmp_path])
    assert len(paths) == 4
    assert {rejection_of(path).message for path in paths} == {"the path is not a regular file"}


def test_a_document_that_changes_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "a", Page(summary="Before."))
    reads = iter([Page(summary="Between.").text[:90], Page(summary="After.").text])

    def write_meanwhile(data: bytes, name: str) -> Document:
        # Another process could write the file between the two checks.
        if text := next(reads, ""):
            path.write_text(text, encoding="utf-8")
        return parse(data, name)

    monkeypatch.setattr("seeds.parsing.files.parse", write_meanwhile)
    assert read_with_sidecar(path, 10_000).document.summary == "After."


@pytest.mark.parametrize("name", ["a.txt", "a.yaml"])
def test_a_document_that_keeps_changing_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = write(tmp_path, "a", Page(), "language: de")

    def write_meanwhile(data: bytes, title: str) -> Document:
        with (tmp_path / name).open("a") as file:
            file.write("\n")
        return parse(data, title)

    monkeypatch.setattr("seeds.parsing.files.parse", write_meanwhile)
    with pytest.raises(
        Rejection, match="the file changed while it was read; load it again when it is complete"
    ):
        read_with_sidecar(path, 10_000)


def test_a_sidecar_written_while_its_document_is_read_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "a", Page())

    def write_meanwhile(data: bytes, name: str) -> Document:
        if not path.with_suffix(".yaml").exists():
            path.with_suffix(".yaml").write_text("language: de", encoding="utf-8")
        return parse(data, name)

    monkeypatch.setattr("seeds.parsing.files.parse", write_meanwhile)
    assert read_with_sidecar(path, 10_000).sidecar.language == "de"


def test_a_link_to_a_document_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a", Page())
    (tmp_path / "b.txt").symlink_to(path)
    document, data = read_document(tmp_path / "b.txt", 10_000)
    assert data == path.read_bytes()
    assert document.source.name == "b.txt"


def test_an_unreadable_file_is_rejected_with_the_reason(tmp_path: Path) -> None:
    message = rejection_of(make_unreadable(tmp_path / "a.txt")).message
    assert message in (
        "the file cannot be read: Input/output error",
        "the file cannot be read: Permission denied",
    )


def test_a_file_name_that_is_not_utf_8_is_rejected(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_bytes(Page().text.encode())
    assert rejection_of(path).message == "the file name is not UTF-8"


def test_the_key_is_the_file_name_without_its_ending(tmp_path: Path) -> None:
    names = ("a", "a.b", "ä ö", "new\nline", ".hidden")
    keys = [read_with_sidecar(write(tmp_path, name, Page()), 10_000).key for name in names]
    assert keys == list(names)


def test_the_key_is_the_url_of_the_sidecar_if_it_has_one(tmp_path: Path) -> None:
    path = write(tmp_path, "a", Page(), "url: https://example.org/a\nslug: tide")
    submission = read_with_sidecar(path, 10_000)
    assert submission.key == "https://example.org/a"
    assert submission.data == path.read_bytes()
    assert submission.document.source.name == "a.txt"


def test_a_document_has_the_sidecar_with_its_own_name(tmp_path: Path) -> None:
    write(tmp_path, "a", Page(), "published_at: 2026-04-21T12:00:00Z")
    write(tmp_path, "a.b", Page(), "published_at: 2026-04-22T12:00:00Z")
    days = [read_with_sidecar(tmp_path / name, 10_000).sidecar.published_at for name in ("a.txt", "a.b.txt")]
    assert days == [datetime(2026, 4, day, 12, tzinfo=UTC) for day in (21, 22)]


def test_a_document_with_an_invalid_sidecar_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path, "a", Page(), "slug: Tide")
    with pytest.raises(Rejection, match=r"^sidecar a\.yaml line 1: 'slug' must be"):
        read_with_sidecar(path, 10_000)


@pytest.mark.parametrize(("broken", "other"), [("a.yaml", "a.yml"), ("a.yml", "a.yaml")])
def test_a_broken_link_beside_a_sidecar_is_rejected(tmp_path: Path, broken: str, other: str) -> None:
    path = write(tmp_path, "a", Page())
    (tmp_path / other).write_text("slug: tide", encoding="utf-8")
    (tmp_path / broken).symlink_to("nowhere")
    submission = read_file(path, 10_000)
    assert isinstance(submission, RejectedDocument)
    reason = "sidecar a.yml: a.yaml is a sidecar of the same document; keep one of them"
    assert submission.rejection.message == reason


def test_a_sidecar_alone_is_not_a_document(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("slug: tide", encoding="utf-8")
    assert find_documents([tmp_path]) == []


@pytest.mark.parametrize("length", [250, 251])
def test_a_file_name_of_the_maximum_length_is_read(tmp_path: Path, length: int) -> None:
    # The name has 255 bytes with `.txt`. The name of the sidecar would be one byte too long.
    path = write(tmp_path, "n" * length, Page())
    assert read_with_sidecar(path, 10_000).key == "n" * length


@pytest.mark.parametrize(("after", "is_too_long"), [(b"\n", False), (b"\r\n", False), (b"\r\r[]\n", True)])
def test_a_line_that_is_too_long_is_rejected_and_not_cut(
    tmp_path: Path, after: bytes, is_too_long: bool
) -> None:
    brief = b'{"title": "Tide", "body": ["Water rises."]}'
    path = tmp_path / "a.jsonl"
    path.write_bytes(brief + after)
    (line,) = read_lines(path, len(brief))
    assert not isinstance(line, RejectedDocument)
    result = read_line(line, len(brief))
    message = f"the line is longer than the limit of {len(brief)} bytes"
    is_rejected_for_length = isinstance(result, RejectedDocument) and result.rejection.message == message
    assert is_rejected_for_length == is_too_long
