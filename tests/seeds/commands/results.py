"""Functions for the tests of commands: they run a command and read its result."""

from dataclasses import replace

from click.testing import Result
from flask import Flask

from seeds.escaping import printable
from tests.seeds.documents import ROOT, Page

SOURCE = ROOT / "seeds" / "documents" / "000_873f17470df679e4.txt"

OUTCOMES = ("created", "updated", "unchanged", "removed", "rejected")
GAUGES = Page()
SIRENS = Page(title="Sirens Tested at Noon", related=((GAUGES.title, None),))
WALL = Page(title="A Wall Is Raised", related=((SIRENS.title, "Apr 21, 2026"),))
NO_TAKEAWAYS = replace(GAUGES, title="No List Here", takeaways=())


def summary_line(**outcomes: int) -> str:
    """Return the last line that a load prints, such as `1 created, 0 updated, …`.

    `outcomes` are the numbers that are not 0.
    """
    return ", ".join(f"{outcomes.get(outcome, 0)} {outcome}" for outcome in OUTCOMES)


def invoke(app: Flask, *arguments: object) -> Result:
    """Run `flask` with `arguments` on the database of `app`, and return the result."""
    return app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])


def message_lines(result: Result) -> list[str]:
    """Return the messages of a load, after asserting that each is one printable line."""
    assert result.stderr == "" or result.stderr.endswith("\n")
    messages = str(result.stderr).split("\n")[:-1]
    assert messages == [printable(line) for line in messages]
    return messages


def assert_predicted(dry: Result, real: Result) -> None:
    """Assert that `dry` printed the same as `real`, with ` (dry run)` at the end."""
    assert dry.stdout == f"{real.stdout.removesuffix(chr(10))} (dry run)\n"
    assert (dry.stderr, dry.exit_code) == (real.stderr, real.exit_code)
