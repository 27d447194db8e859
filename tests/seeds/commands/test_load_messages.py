"""Tests of the messages of `flask seed load`: each is one printable line with the file and the reason."""

import os
import re
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from flask import Flask

from tests.seeds.commands.results import GAUGES, NO_TAKEAWAYS, SIRENS, message_lines, summary_line
from tests.seeds.documents import last_line, make_unreadable, seed, write
from tests.seeds.stored_rows import article_row, rows, stored_content


def test_messages_name_the_file_the_line_and_the_reason(app: Flask, mixed_folder: Path) -> None:
    warning, empty, taken, time = message_lines(seed(app, mixed_folder))
    assert re.fullmatch(
        rf"{re.escape(str(mixed_folder))}/odd\.txt: line \d+: warning: takeaways: no takeaways", warning
    )
    assert (
        empty
        == f"{mixed_folder}/wrong1.txt: line 1: rejected: the file is empty; expected a title and a body"
    )
    assert taken.startswith(
        f"{mixed_folder}/wrong2.txt: rejected: the slug 'sirens-tested-at-noon' in the sidecar belongs"
    )
    assert time.startswith(
        f"{mixed_folder}/wrong3.txt: rejected: sidecar wrong3.yaml line 1: 'published_at' must be"
    )


def test_a_slug_that_is_taken_is_rejected_with_the_place_of_the_slug(app: Flask, tmp_path: Path) -> None:
    taken = "sirens-tested-at-noon"
    seed(app, write(tmp_path / "former", "a", SIRENS))
    folder = tmp_path / "new"
    write(folder, "a-sidecar", GAUGES, f"slug: {taken}")
    write(folder, "b-manifest", GAUGES)
    (folder / "manifest.csv").write_text(f"file,slug\nb-manifest.txt,{taken}\n")
    (folder / "c-front-matter.md").write_text(f"---\ntitle: Tide\nslug: {taken}\n---\nThe tide is high.")
    brief = {"title": "Tide", "slug": taken, "body": ["The tide is high."]}
    (folder / "d-json.json").write_bytes(orjson.dumps(brief))
    (folder / "e-line.jsonl").write_bytes(orjson.dumps(brief | {"key": "e-line"}) + b"\n")
    places = {
        "a-sidecar.txt": "the sidecar",
        "b-manifest.txt": "manifest.csv",
        "c-front-matter.md": "the document",
        "d-json.json": "the document",
        "e-line.jsonl: line 1": "the document",
    }
    assert message_lines(seed(app, folder)) == [
        f"{folder}/{name}: rejected: the slug '{taken}' in {place} belongs to another article; "
        "choose another slug"
        for name, place in places.items()
    ]


def test_a_file_that_cannot_be_read_is_rejected_with_its_name(app: Flask, tmp_path: Path) -> None:
    write(tmp_path, "document", GAUGES)
    make_unreadable(tmp_path / "closed.txt")
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "nothing")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_bytes(SIRENS.text.encode())
    result = seed(app, tmp_path)
    closed, *others = sorted(message_lines(result), key=lambda line: "closed.txt" not in line)
    assert re.match(
        rf"{re.escape(str(tmp_path))}/closed\.txt: rejected: the file cannot be read: [IP]", closed
    )
    assert others == [
        f"{tmp_path}/caf\\udce9.txt: rejected: the file name is not UTF-8",
        f"{tmp_path}/folder.txt: rejected: the path is not a regular file",
        f"{tmp_path}/link.txt: rejected: the path is not a regular file",
        f"{tmp_path}/pipe.txt: rejected: the path is not a regular file",
    ]
    assert (last_line(result), result.exit_code) == (summary_line(created=1, rejected=5), 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n \n",
        b"\0",
        b"PK\x03\x04\0\0",
        b"\xff\xfe",
        b"<!DOCTYPE html><p>",
        b'{"title": 1}',
        b"A Title Alone",
    ],
)
def test_invalid_bytes_are_rejected_with_one_line(app: Flask, tmp_path: Path, data: bytes) -> None:
    path = write(tmp_path, "a", data)
    (line,) = message_lines(seed(app, tmp_path))
    assert re.match(rf"{re.escape(str(path))}: (line|byte) \d+: rejected: \S", line)
    assert rows(app)["articles"] == []


def test_file_names_are_escaped_in_messages(app: Flask, tmp_path: Path) -> None:
    name = "two\nlines\x1b[31m\u202ered\r"
    write(tmp_path, name, NO_TAKEAWAYS)
    write(tmp_path, f"{name}2", b"")
    shown = f"{tmp_path}/two\\x0alines\\x1b[31m\\u202ered\\x0d"
    warning, rejection = message_lines(seed(app, tmp_path))
    assert warning.startswith(f"{shown}.txt: line ")
    assert rejection == f"{shown}2.txt: line 1: rejected: the file is empty; expected a title and a body"
    assert stored_content(app, name)["source"]["name"] == f"{name}.txt"


def test_markup_of_rich_is_printed_unchanged(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path, "[red]a :smile: [link=x]b", b"")
    assert message_lines(seed(app, path)) == [
        f"{path}: line 1: rejected: the file is empty; expected a title and a body"
    ]


def test_a_long_message_stays_on_one_line(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path / ("long" * 50) / ("name" * 50), "a", b"")
    assert message_lines(seed(app, path)) == [
        f"{path}: line 1: rejected: the file is empty; expected a title and a body"
    ]


def test_messages_contain_no_control_characters_of_a_document(app: Flask, tmp_path: Path) -> None:
    odd = "\x1b[31m\x07\u202e"
    page = replace(
        GAUGES, title=f"A {odd}Title", takeaways=(f"One{odd}.", f"7{odd}seven."), related=((f"{odd}x", None),)
    )
    write(tmp_path, "stored", page)
    write(tmp_path, "html", f"<b{odd}>".encode())
    write(tmp_path, "sidecar", GAUGES, f'"{odd.encode("unicode_escape").decode()}": x')
    write(tmp_path, "url", GAUGES, 'url: "http://a\\u2100\\x1b"')
    result = seed(app, tmp_path)
    assert len(message_lines(result)) > 4
    assert (last_line(result), result.exit_code) == (summary_line(created=1, rejected=3), 1)
    assert "\x1b" not in article_row(app, "stored")["title"]
