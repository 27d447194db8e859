"""The blocks of code of a Markdown page, and a shell that runs their commands."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.seeds.documents import ROOT, environment

FENCE = re.compile(
    r"^(?:<!-- (?P<note>.*?) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


class Block(NamedTuple):
    """A block of code on a page of the documentation, with the comment above it."""

    language: str
    text: str
    note: str


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of code on `page`, a Markdown file, in order."""
    text = page.read_text(encoding="utf-8")
    return [Block(found["language"], found["text"], found["note"] or "") for found in FENCE.finditer(text)]


def block_with(page: Path, word: str) -> str:
    """Return the only block of shell commands on `page` that contains `word`."""
    (text,) = [block.text for block in blocks_of(page) if block.language == "sh" and word in block.text]
    return text


def prose_of(page: Path) -> str:
    """Return the text of `page`, a Markdown file, without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def project_folder(folder: Path) -> Path:
    """Return `folder`, in which commands of the documentation now run as in the folder of the project."""
    for name in ("api", "seeds", "migrations", "docs", "tests", "wsgi.py"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(sys.prefix)
    # The scripts look for .venv in the folder above their own.
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    return folder


def run(script: str, folder: Path, database_url: str) -> str:
    """Run `script` in `folder` as a shell would, stopping at the first failure, and return its output."""
    environ = environment(database_url)
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"
    # Each answer of curl ends with a line break, so that the answers can be separated.
    (folder / ".curlrc").write_text('write-out = "\\n"\n', encoding="utf-8")
    environ["HOME"] = str(folder)
    done = subprocess.run(
        ["bash", "-c", f"set -eo pipefail\n{script}"],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout
