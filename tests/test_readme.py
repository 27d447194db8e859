"""The README's queries: each can be pasted, and finds something in the project's own documents."""

import re
import shlex
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.api.answers import get

README = Path(__file__).parents[1] / "README.md"
PASTED = re.compile(r"^curl -sG .*$", re.MULTILINE)


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
