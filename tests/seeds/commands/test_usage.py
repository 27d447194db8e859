"""Tests of the help of the commands, and of errors in their arguments."""

import re
import shlex
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from seeds import cli
from tests.seeds.commands.results import invoke
from tests.seeds.documents import ROOT


def command_names() -> list[str]:
    """Return the names of all commands of `flask seed`."""
    return sorted(cli.seed.commands)


def test_the_help_of_the_group_describes_each_command(app_without_database: Flask) -> None:
    result = invoke(app_without_database, "seed", "--help")
    assert result.exit_code == 0
    assert {"load", "parse", "remove", "relink", "status"} <= set(command_names())
    for name in command_names():
        assert re.search(rf"^  {name} +[A-Z].+\.$", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", command_names())
def test_every_command_and_option_has_help(app_without_database: Flask, name: str) -> None:
    result = invoke(app_without_database, "seed", name, "--help")
    assert result.exit_code == 0
    assert f"Example: flask seed {name}" in " ".join(result.stdout.split())
    for option in re.findall(r"^  (?:-\w, )?--[\w-]+.*$", result.stdout, re.MULTILINE):
        assert re.search(r"\S {2,}[A-Z].*", option), option


# Importing needs a file and an empty database. test_importing runs its example.
@pytest.mark.parametrize("name", [name for name in command_names() if name != "import"])
@pytest.mark.usefixtures("seeded")
def test_every_example_of_the_help_runs(
    runner: FlaskCliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    # An example can write files, which must not appear in the project.
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"Example: (flask seed .+)", cli.seed.commands[name].help or "")
    assert examples
    for example in examples:
        result = runner.invoke(args=shlex.split(example)[1:])
        assert result.exit_code == 0, result.output
        assert result.stdout or (tmp_path / "briefs.ndjson").stat().st_size


@pytest.mark.parametrize(
    "arguments",
    [
        *(("load", "missing.txt"), ("load", "--nonsense"), ("load", "-"), ("load", "--strict=yes")),
        *(
            ("parse",),
            ("parse", "missing.txt"),
            ("parse", "."),
            ("parse", "a", "b"),
            ("parse", "--strict", "a"),
        ),
        *(("status", "a"), ("status", "--json"), ("nonsense",)),
    ],
)
def test_a_usage_error_exits_with_2_and_prints_nothing_on_standard_output(
    app_without_database: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke(app_without_database, "seed", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(r"^Error: .+", result.stderr, re.MULTILINE)


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        (("seed", "load"), "run the command again to finish"),
        (("seed", "status"), "run the command again to finish"),
        # A second `keys create` could make a second key.
        (("keys", "create", "a"), "see `briefs keys list` before you run the command again"),
    ],
)
def test_ctrl_c_prints_one_line_even_before_a_command_opens_the_database(
    app_without_database: Flask, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], advice: str
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(
        f"seeds.{'cli' if command[0] == 'seed' else 'keys_command'}.reported_failures", interrupt
    )
    result = invoke(app_without_database, *command)
    expected = ("", f"interrupted; {advice}\n", 1)
    assert (result.stdout, result.stderr, result.exit_code) == expected
