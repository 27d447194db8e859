"""Find the blocks of code on a Markdown page, and run their commands in a shell."""

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
    """A block of code on a page of the documentation. `note` is the HTML comment above it, or empty."""

    language: str
    text: str
    note: str


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of code on `page`, a Markdown file, in order."""
    text = page.read_text(encoding="utf-8")
    return [Block(found["language"], found["text"], found["note"] or "") for found in FENCE.finditer(text)]


def block_with(page: Path, word: str) -> str:
    """Return the shell commands of the block on `page` that contains `word`.

    Exactly one block of shell commands must contain it.
    """
    (text,) = [block.text for block in blocks_of(page) if block.language == "sh" and word in block.text]
    return text


def prose_of(page: Path) -> str:
    """Return the text of `page`, a Markdown file, without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def project_folder(folder: Path, programs: Path | None = None) -> Path:
    """Fill `folder` so that commands of the documentation run there as in the project, and return it.

    Args:
        folder: An empty folder.
        programs: A folder with programs that replace those of the virtual environment.
    """
    for name in ("api", "seeds", "migrations", "docs", "tests", "wsgi.py"):
        (folder / name).symlink_to(ROOT / name)
    environment, commands = folder / ".venv", folder / ".venv" / "bin"
    commands.mkdir(parents=True)
    for path in Path(sys.prefix).iterdir():
        if path.name != "bin":
            (environment / path.name).symlink_to(path)
    for path in Path(sys.prefix, "bin").iterdir():
        replaced = programs and (programs / path.name).exists()
        (commands / path.name).symlink_to(programs / path.name if programs and replaced else path)
    # The scripts look for .venv in the folder above their own.
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    return folder


def run(script: str, folder: Path, database_url: str) -> str:
    """Run the shell commands `script` in `folder`, and return their output. No command may fail."""
    environ = environment(database_url)
    environ["PATH"] = f"{folder / '.venv' / 'bin'}{os.pathsep}{environ['PATH']}"
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
