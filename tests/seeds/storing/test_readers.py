"""Tests that a reader sees either the old or the new version of an article during a load.

A response never mixes parts of two versions.
"""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from tests.api.answers import get
from tests.seeds.documents import Page, seed, write
from tests.seeds.processes import start_commands

# The number of versions, and the number that each process loads. A reader always sees the last of them.
VERSIONS, BATCH = 30, 6
PAUSE_SECONDS = 0.005


def page(number: int) -> Page:
    """Return version `number` of a page.

    All parts differ between versions, so that a test notices a response with parts of two versions.
    """
    town = ("Beijing", "Shanghai", "Guangdong")[number % 3]
    return Page(
        title=f"Version {number} Comes from {town}",
        takeaways=tuple(f"{town} has takeaway {at} of version {number}." for at in range(1 + number % 4)),
        body=(f"This is version {number} from {town}.", "Every gauge is read at once."),
        related=tuple((f"Title {at} of version {number}", None) for at in range(number % 3)),
    )


def test_all_parts_of_an_article_are_of_one_version(
    app: Flask, client: FlaskClient, database_url: str, tmp_path: Path
) -> None:
    commands = []
    for number in range(VERSIONS):
        write(tmp_path / f"{number}", "page", page(number), "slug: page")
        commands.append(["load", str(tmp_path / f"{number}")])
    seed(app, tmp_path / "0")
    seen: set[int] = set()
    for first in range(0, VERSIONS, BATCH):
        loader = start_commands(database_url, *commands[first : first + BATCH])
        is_over = False
        while not is_over:
            # The pause leaves the processor to the load.
            loader.join(PAUSE_SECONDS)
            is_over = not loader.is_alive()
            article = get(client, "/v1/articles/page")
            number = article["revision"] - 1
            seen.add(number)
            expected = page(number)
            assert article["title"] == expected.title
            assert [each["text"] for each in article["takeaways"]] == list(expected.takeaways)
            assert [each["text"] for each in article["body"]] == list(expected.body)
            assert [each["title"] for each in article["related"]] == [title for title, _ in expected.related]
            assert article["entities"][0]["name"] in expected.title
        assert loader.exitcode == 0
    assert seen >= {*range(BATCH - 1, VERSIONS, BATCH)}
