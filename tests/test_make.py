"""The Makefile before it installs anything, and what the repository says about where packages come from."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import ROOT

# Runs the real interpreter, as if it were another: first the statement, then what `-c` gives it.
FAKE_PYTHON = """#!/bin/sh
exec {python} -c 'import sys; {statement}; exec(sys.argv[2])' "$@"
"""
# In two pieces, so that this file is not one of those that it looks for.
REGISTRIES = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "yarn" + "pkg.com",
]
REGISTRIES += ["crates" + ".io/api", "proxy.go" + "lang.org", "conda" + ".anaconda.org"]
OPTIONS = ["--index" + "-url", "--extra-index" + "-url", "--find" + "-links", "--default" + "-index"]
OPTIONS += [
    "index" + "-url =",
    "index" + "_url",
    "find" + "-links =",
    "PIP_" + "INDEX",
    "PIP_" + "FIND",
    "UV_" + "INDEX",
]
ELSEWHERE = re.compile("|".join(re.escape(text) for text in [*REGISTRIES, *OPTIONS]).encode(), re.IGNORECASE)


def make_install(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run `make install` in `folder` with a copy of the Makefile and the files that it depends on."""
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt"):
        shutil.copyfile(ROOT / name, folder / name)
    # Under `make test` the variables of that make would be taken for this one's.
    environ = {
        name: text for name, text in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTHON"))
    }
    command = ["make", "install", f"PYTHON={python}"]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def fake_python(folder: Path, statement: str) -> str:
    path = folder / "python"
    path.write_text(FAKE_PYTHON.format(python=sys.executable, statement=statement))
    path.chmod(0o755)
    return str(path)


def complaint(run: subprocess.CompletedProcess[str]) -> str:
    """Give the one line that a failed `make` said for itself; its last line, about the target, is make's."""
    assert run.returncode != 0
    assert run.stdout == ""
    line, last = run.stderr.splitlines()
    assert last.startswith("make: ***")
    return line


@pytest.mark.parametrize("version", ["(3, 10, 14)", "(2, 7, 18)"])
def test_a_too_old_python_is_refused_in_one_line_that_says_what_is_needed(
    version: str, tmp_path: Path
) -> None:
    run = make_install(tmp_path, fake_python(tmp_path, f"sys.version_info = {version}"))
    assert "Python 3.11 or newer" in complaint(run)
    assert not (tmp_path / ".venv").exists()


def test_a_python_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    run = make_install(tmp_path, str(tmp_path / "no-such-python"))
    assert "Python 3.11 or newer" in complaint(run)
    assert not (tmp_path / ".venv").exists()


def test_a_python_without_its_venv_module_is_refused_in_one_line(tmp_path: Path) -> None:
    run = make_install(tmp_path, fake_python(tmp_path, 'sys.modules["ensurepip"] = None'))
    assert "venv" in complaint(run)
    assert not (tmp_path / ".venv").exists()


def test_no_file_says_where_packages_come_from() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [name for name in listed.stdout.decode().split("\0") if (ROOT / name).is_file()]
    assert "Makefile" in names
    assert {name: found[0] for name in names if (found := ELSEWHERE.search((ROOT / name).read_bytes()))} == {}
