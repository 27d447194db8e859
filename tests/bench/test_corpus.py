"""Tests of `bench.corpus`: the generated articles are the same for the same seed, and can be loaded."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from bench.corpus.files import write_corpus
from bench.corpus.words import FIRST_PAGES, RARE_ENTITY, RARE_PUBLICATION, RARE_WORD
from tests.api.invented_pages import load
from tests.support.server import ROOT


def test_the_same_seed_generates_the_same_files_in_each_process(tmp_path: Path) -> None:
    for name in ("one", "two"):
        command = [sys.executable, "-m", "bench.corpus", str(tmp_path / name), "--articles=12", "--seed=7"]
        subprocess.run(command, cwd=ROOT, check=True)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert len(contents(tmp_path / "one")) == 24


def test_a_different_seed_generates_different_pages(tmp_path: Path) -> None:
    assert written(tmp_path / "one", 3, seed=1) != written(tmp_path / "two", 3, seed=2)


def test_a_small_corpus_is_the_beginning_of_a_larger_one(tmp_path: Path) -> None:
    small, large = written(tmp_path / "small", 5), written(tmp_path / "large", 40)
    assert small.items() < large.items()


@pytest.mark.parametrize("text", [RARE_WORD, RARE_PUBLICATION, RARE_ENTITY.name])
def test_only_the_first_pages_contain_rare_texts(tmp_path: Path, text: str) -> None:
    pages = [content for name, content in written(tmp_path, 60).items() if name.endswith(".txt")]
    assert [text.encode() in page for page in pages] == [True] * FIRST_PAGES + [False] * (60 - FIRST_PAGES)


def test_pages_load_without_a_warning(tmp_path: Path, runner: FlaskCliRunner) -> None:
    written(tmp_path, 30)
    load(runner, tmp_path)


def written(folder: Path, articles: int, seed: int = 1) -> dict[str, bytes]:
    """Write generated pages to `folder`, and return the content of each file by name."""
    folder.mkdir(exist_ok=True)
    write_corpus(folder, range(1, articles + 1), seed)
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the content of each file in `folder`, by file name."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
