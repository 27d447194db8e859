"""Tests of the checks that the Makefile makes before it installs packages, and of other targets."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import ROOT

# Runs this interpreter, which executes a statement before the program of the option `-c`.
FAKE_PYTHON = """#!/bin/sh
exec {python} -c 'import sys; {statement}; exec(sys.argv[2])' "$@"
"""
# Each name is split, so that this file does not contain the name.
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
FORBIDDEN = re.compile("|".join(re.escape(text) for text in [*REGISTRIES, *OPTIONS]).encode(), re.IGNORECASE)


def make_install(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run `make install` in a folder with a copy of the Makefile. `python` is the interpreter to use."""
    for name in (
        "Makefile",
        "pyproject.toml",
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-granian.txt",
    ):
        shutil.copyfile(ROOT / name, folder / name)
    # Variables of `make test` must not reach this make.
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


def error_line(run: subprocess.CompletedProcess[str]) -> str:
    """Return the error message of a make target that failed. The last line, which make adds, is left out."""
    assert run.returncode != 0
    assert run.stdout == ""
    line, last = run.stderr.splitlines()
    assert last.startswith("make: ***")
    return line


@pytest.mark.parametrize("version", ["(3, 10, 14)", "(2, 7, 18)"])
def test_a_python_that_is_too_old_is_refused_in_one_line(version: str, tmp_path: Path) -> None:
    run = make_install(tmp_path, fake_python(tmp_path, f"sys.version_info = {version}"))
    assert "Python 3.11 or newer" in error_line(run)
    assert not (tmp_path / ".venv").exists()


def test_a_missing_python_is_refused_in_one_line(tmp_path: Path) -> None:
    run = make_install(tmp_path, str(tmp_path / "no-such-python"))
    assert "Python 3.11 or newer" in error_line(run)
    assert not (tmp_path / ".venv").exists()


def test_a_python_without_its_venv_module_is_refused_in_one_line(tmp_path: Path) -> None:
    run = make_install(tmp_path, fake_python(tmp_path, 'sys.modules["ensurepip"] = None'))
    assert "venv" in error_line(run)
    assert not (tmp_path / ".venv").exists()


def test_a_server_gets_no_packages_for_development() -> None:
    command = ["make", "--dry-run", "--always-make", "install-server"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "--require-hashes -r requirements.txt" in printed
    assert "--editable ." in printed
    assert "requirements-dev.txt" not in printed


# Prints the database and the command, instead of running it.
FAKE_PROGRAM = """#!/bin/sh
echo "$DATABASE_URL" "${0##*/}" "$@"
"""


@pytest.fixture
def folder_with_fake_programs(tmp_path: Path) -> Path:
    """Return a folder with the Makefile and with fake programs `python`, `flask` and `gunicorn`.

    In this folder, the Makefile regards all packages as installed. A fake program only prints its database
    URL and its command.
    """
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    shutil.copyfile(ROOT / "Makefile", tmp_path / "Makefile")
    for name in ("requirements.txt", "pyproject.toml", ".venv/runtime.stamp", ".venv/gunicorn.stamp"):
        (tmp_path / name).touch()
    for name in ("python", "flask", "gunicorn"):
        (programs / name).write_text(FAKE_PROGRAM)
        (programs / name).chmod(0o755)
    return tmp_path


def run_target(folder: Path, target: str) -> list[str]:
    """Run `make TARGET` in `folder`, and return the lines that its programs print."""
    environ = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql:///own"}
    command = ["make", "--silent", target]
    printed = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=True)
    return printed.stdout.splitlines()


def test_make_demo_serves_the_demonstration_from_a_separate_database(folder_with_fake_programs: Path) -> None:
    url = f"sqlite:///{folder_with_fake_programs}/instance/demo.db"
    assert run_target(folder_with_fake_programs, "demo") == [
        f"{url} flask db upgrade",
        f"{url} flask seed load seeds/documents/000_873f17470df679e4.txt",
        f"{url} flask seed demo --yes",
        f"{url} gunicorn wsgi:app",
    ]


def test_make_serve_says_how_to_see_the_demonstration(folder_with_fake_programs: Path) -> None:
    *commands, hint, server = run_target(folder_with_fake_programs, "serve")
    assert commands == ["postgresql:///own flask db upgrade", "postgresql:///own flask seed load"]
    assert "make demo" in hint
    assert server == "postgresql:///own gunicorn wsgi:app"


def test_no_file_names_a_package_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [name for name in listed.stdout.decode().split("\0") if (ROOT / name).is_file()]
    assert "Makefile" in names
    assert {name: found[0] for name in names if (found := FORBIDDEN.search((ROOT / name).read_bytes()))} == {}
