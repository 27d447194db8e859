"""Tests of finding the documents of a folder, and of reporting files that are not documents."""

from pathlib import Path

import pytest

from seeds.parsing.folders import NO_FORMAT, SUBFOLDER, find_files


def found_in(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Return the names of the documents in `folder`, and the reasons why other files are not documents.

    The reasons are a dict. A key is the name of a file or subfolder.
    """
    found = find_files([folder])
    return [Path(path).name for path in found.documents], {
        each.path.name: each.reason for each in found.unread
    }


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text("x", encoding="utf-8")


def test_every_format_is_found_in_upper_and_lower_case(tmp_path: Path) -> None:
    names = ["B.HTML", "a.Md", "a.htm", "a.html", "a.json", "a.jsonl", "a.markdown", "a.md", "a.txt", "c.TXT"]
    make(tmp_path, *names)
    assert found_in(tmp_path) == (names, {})


@pytest.mark.parametrize(
    "name", ["notes.pdf", "a.txt~", "#a.txt#", "a.txt.bak", "a.ndjson", "noending", "a.yaml.txt.old"]
)
def test_a_file_of_no_known_kind_is_named(tmp_path: Path, name: str) -> None:
    make(tmp_path, name, ".hidden.pdf")
    assert found_in(tmp_path) == ([], {name: NO_FORMAT})


@pytest.mark.parametrize("name", ["a.yaml", "a.yml", "a.YAML", "a.YML"])
def test_a_sidecar_is_named_only_if_its_document_is_missing(tmp_path: Path, name: str) -> None:
    make(tmp_path, name)
    reason = "a sidecar without its document; expected a.txt or a with another ending of a document"
    assert found_in(tmp_path) == ([], {name: reason})
    make(tmp_path, "a.md")
    assert found_in(tmp_path) == (["a.md"], {})


def test_a_file_of_lines_has_no_sidecar_and_no_row(tmp_path: Path) -> None:
    make(tmp_path, "a.jsonl", "a.yaml")
    (tmp_path / "manifest.csv").write_text("file,slug\na.jsonl,x\n")
    assert found_in(tmp_path)[1] == {
        "a.yaml": "the lines of a.jsonl give their metadata themselves",
        "manifest.csv": "line 2: there is no document a.jsonl beside the manifest",
    }


def test_a_readme_is_a_document_only_if_it_is_named(tmp_path: Path) -> None:
    make(tmp_path, "README.md", "a.md")
    assert found_in(tmp_path) == (
        ["a.md"],
        {"README.md": "a README describes its folder; name the file to load it as a document"},
    )
    assert find_files([tmp_path / "README.md"]).documents == [str(tmp_path / "README.md")]


def test_a_subfolder_is_named_unless_a_browser_saved_it_with_a_page(tmp_path: Path) -> None:
    make(tmp_path, "a.html")
    (tmp_path / "a_files").mkdir()
    (tmp_path / "more").mkdir()
    assert found_in(tmp_path) == (["a.html"], {"more": SUBFOLDER})


@pytest.mark.parametrize("name", ["a", "a_file", "b_files", "_files", "readme"])
def test_a_subfolder_with_a_similar_name_is_named(tmp_path: Path, name: str) -> None:
    make(tmp_path, "a.txt")
    (tmp_path / name).mkdir()
    assert found_in(tmp_path) == (["a.txt"], {name: SUBFOLDER})


def test_an_invalid_manifest_is_named_if_no_document_is_rejected_for_it(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text("fle\n")
    assert found_in(tmp_path)[1]["manifest.csv"].startswith(
        "manifest manifest.csv line 1: 'fle' is not a column"
    )
    make(tmp_path, "a.txt")
    assert found_in(tmp_path) == (["a.txt"], {})
