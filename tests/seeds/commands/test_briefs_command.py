"""Tests of the `briefs` command and of `flask seed` in a folder outside the project."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api import __version__
from tests.support.server import ROOT, clean_environ, is_answering, running_process

BRIEFS = Path(sys.executable).with_name("briefs")
FLASK = Path(sys.executable).with_name("flask")


def run(folder: Path, database: Path, *command: object) -> subprocess.CompletedProcess[str]:
    """Run a command in `folder` with the SQLite file `database` as its database."""
    environ = clean_environ({"DATABASE_URL": f"sqlite:///{database}"})
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(sqlite_template, tmp_path / "briefs.db"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with modules of a different project, which the command must not load."""
    path = tmp_path / "elsewhere"
    path.mkdir()
    for name in ("wsgi.py", "api.py", "seeds.py"):
        (path / name).write_text("raise SystemExit('the module of another project was loaded')\n")
    return path


def test_briefs_prepares_and_seeds_a_database_from_any_folder(folder: Path, tmp_path: Path) -> None:
    database = tmp_path / "new.db"
    (folder / "brief.txt").write_text((ROOT / "seeds/documents/000_873f17470df679e4.txt").read_text("utf-8"))
    assert run(folder, database, BRIEFS, "db", "upgrade").returncode == 0
    load = run(folder, database, BRIEFS, "seed", "load", "brief.txt")
    assert load.returncode == 0, load.stderr
    status = run(folder, database, BRIEFS, "seed", "status")
    assert status.stdout.splitlines()[0] == "articles 1"
    assert list(folder.glob("instance")) == []


def test_briefs_serve_answers_from_any_folder(folder: Path, database: Path, tmp_path: Path) -> None:
    environ = clean_environ({"DATABASE_URL": f"sqlite:///{database}", "PORT": "0"})
    with running_process([str(BRIEFS), "serve", "--workers", "1"], tmp_path, environ, folder) as server:
        server.wait_until("an answer from /healthz", lambda: is_answering(server))
        assert server.get("/").headers["Content-Type"] == "application/json"
        assert len(server.booted) == 1
        server.signal(signal.SIGTERM)
        assert server.wait() == 0


def test_briefs_stops_with_one_line_if_a_setting_is_invalid(folder: Path) -> None:
    environ = clean_environ({"BRIEFS_LOG_FROMAT": "json"})
    for command in (["seed", "status"], ["serve"]):
        run = subprocess.run(
            [BRIEFS, *command], cwd=folder, env=environ, capture_output=True, text=True, check=False
        )
        assert run.returncode == 1
        (line,) = run.stderr.splitlines()
        assert line.startswith("briefs: BRIEFS_LOG_FROMAT: ")


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ({}, "All settings are valid."),
        ({"BRIEFS_THREADS": "0"}, "briefs: BRIEFS_THREADS: "),
        ({"BRIEFS_NEW": "1"}, "briefs: BRIEFS_NEW: no such setting"),
        ({"PORT": "http"}, "briefs: PORT: "),
    ],
)
def test_briefs_check_says_whether_the_server_accepts_all_settings(
    forked_programs: Path, folder: Path, setting: dict[str, str], line: str
) -> None:
    environ = clean_environ(setting)
    command = [str(forked_programs / "briefs"), "check"]
    run = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    (printed,) = (run.stderr if setting else run.stdout).splitlines()
    assert printed.startswith(line)
    assert run.returncode == (2 if setting else 0)


def test_briefs_prints_its_version(folder: Path, database: Path) -> None:
    assert run(folder, database, BRIEFS, "--version").stdout == f"briefs, version {__version__}\n"


def test_flask_has_the_commands_of_seeding(tmp_path: Path, database: Path) -> None:
    status = run(tmp_path, database, FLASK, "--app", ROOT / "wsgi.py", "seed", "status")
    assert status.returncode == 0, status.stderr
    assert "engine sqlite" in status.stdout.splitlines()


def test_the_web_application_loads_no_module_of_seeding() -> None:
    code = "import sys, wsgi; print([name for name in sys.modules if name.partition('.')[0] == 'seeds'])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_the_changelog_describes_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert any(line.split()[:2] == ["##", __version__] for line in changelog.splitlines())
