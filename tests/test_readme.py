"""The README's queries and commands: each can be pasted, and does what is said."""

import re
import shlex
import subprocess
import sys
from functools import reduce
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.db import db
from tests.api.answers import get
from tests.seeds.documents import ROOT, Page, article, environment, seed, write
from tests.support.server import serving

README = Path(__file__).parents[1] / "README.md"
PASTED = re.compile(r"^curl -sG .*$", re.MULTILINE)
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(\.venv/bin/flask seed [^`]+)`")
FLASK = ".venv/bin/flask"
# What the README leaves to the reader, and what stands for it here.
LEFT = {
    "[PATH ...]": "seeds/documents",
    "[FILE]": "whole.ndjson",
    "--report FILE": "--report report.json",
    "parse FILE": "parse seeds/documents/000_873f17470df679e4.txt",
    "import FILE": "import briefs.ndjson",
    "--prune": "--prune --yes",
    "remove ARTICLE": "remove f2c8f2a4-e8d6-51a9-9662-e3de69983d26",
}


def block_with(word: str) -> str:
    """Give the only block of commands that has `word` in it."""
    (block,) = [block for block in BLOCK.findall(README.read_text(encoding="utf-8")) if word in block]
    return str(block)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which the commands can be run as in the project's own, and leave what they leave."""
    for name in ("api", "seeds", "migrations", "wsgi.py"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def run(script: str, folder: Path, database_url: str) -> str:
    """Run `script` in `folder` as a shell would, stopping at the first failure; gives what it printed."""
    program = f"set -eo pipefail\n{script.replace(FLASK, f'{sys.executable} -m flask')}"
    done = subprocess.run(
        ["bash", "-c", program],
        cwd=folder,
        env=environment(database_url),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.usefixtures("seeded")
def test_every_query_of_the_readme_finds_something(client: FlaskClient) -> None:
    commands = PASTED.findall(README.read_text(encoding="utf-8"))
    assert len(commands) == 10
    for command in commands:
        _, _, address, *options = shlex.split(command)
        pairs = [given.split("=", 1) for given in options[1::2]]
        assert set(options[::2]) <= {"-d", "--data-urlencode"}
        target = client.get(address.removeprefix("localhost:8000"), query_string=[tuple(p) for p in pairs])
        assert get(client, target.request.full_path)["data"], command


def test_every_command_of_the_readme_runs(app: Flask, folder: Path, database_url: str) -> None:
    commands = INLINE.findall(README.read_text(encoding="utf-8"))
    assert len(commands) > 12
    for command in commands:
        if " import " in command:
            # It wants an empty database: the block below has it.
            continue
        run(reduce(lambda text, left: text.replace(left, LEFT[left]), LEFT, command), folder, database_url)
    assert (folder / "report.json").stat().st_size
    assert (folder / "whole.ndjson").stat().st_size
    with app.app_context():
        db.engine.dispose()


def test_the_backup_is_the_whole_database_in_another_one(app: Flask, folder: Path, database_url: str) -> None:
    other_url = f"sqlite:///{folder}/other.db"
    seed(app)
    script = block_with("seed import").replace("postgresql://briefs:secret@db.example.org/briefs", other_url)
    assert "1 article, " in run(script, folder, database_url)
    assert run(f"export DATABASE_URL={other_url}; {FLASK} seed export", folder, database_url) == (
        folder / "briefs.ndjson"
    ).read_text(encoding="utf-8")


def test_a_document_of_before_comes_out_of_an_export(app: Flask, folder: Path, database_url: str) -> None:
    first, second = Page(), Page(summary="Ten towns.")
    for page in (first, second):
        seed(app, write(folder, "harbour", page))
    run(f"{FLASK} seed export briefs.ndjson; rm harbour.txt\n{block_with('jq -j')}", folder, database_url)
    assert (folder / "harbour.txt").read_text(encoding="utf-8") == first.text
    seed(app, folder / "harbour.txt")
    assert (article(app, "harbour")["summary"], article(app, "harbour")["revision"]) == (first.summary, 3)


def test_the_copy_goes_on_where_it_was_whatever_fails_in_between(
    app: Flask, folder: Path, database_url: str
) -> None:
    script = block_with("place.new")
    seed(app, write(folder, "a", Page()))
    with serving(database_url, folder) as server:
        here = script.replace("localhost:8000", f"localhost:{server.port}")
        assert '"sequence":1' in run(here, folder, database_url)
        seed(app, write(folder, "b", Page(title="Sirens Tested")))
        with pytest.raises(AssertionError):
            run(here.replace(str(server.port), "1"), folder, database_url)
        assert '"sequence":2' in run(here, folder, database_url)
        assert '"data":[]' in run(here, folder, database_url)
