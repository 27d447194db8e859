"""Tests of BRIEFS_CATALOGUE, the path of a catalogue outside the project."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.seeds.documents import Page, seed, use_catalogue, write

ENTRIES = """\
- name: Inland Waters Board
  type: organization
  description: Authority for rivers and canals.
"""


@pytest.fixture
def catalogue(app: Flask, tmp_path: Path) -> Path:
    """Write a catalogue (a file of known entities) with one entity, and return its path.

    The settings of `app` point to this file.
    """
    path = tmp_path / "own.yaml"
    path.write_text(ENTRIES, encoding="utf-8")
    use_catalogue(app, path)
    return path


def test_the_catalogue_of_the_setting_replaces_the_catalogue_of_the_project(
    app: Flask, client: FlaskClient, catalogue: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    write(folder, "gauges", Page(body=("The Inland Waters Board reads gauges in China.",) * 3))
    assert seed(app, folder).exit_code == 0
    board = client.get("/v1/entities/inland-waters-board").get_json()
    assert (board["origin"], board["description"]) == ("catalogue", "Authority for rivers and canals.")
    # The catalogue of the project contains China.
    assert client.get("/v1/entities/china").get_json()["origin"] == "extracted"

    catalogue.write_text(ENTRIES + "- name: China\n  type: place\n", encoding="utf-8")
    assert app.test_cli_runner().invoke(args=["seed", "relink"]).exit_code == 0
    assert client.get("/v1/entities/china").get_json()["origin"] == "catalogue"


@pytest.mark.parametrize("command", ["load", "relink"])
def test_a_missing_catalogue_stops_the_command(app: Flask, catalogue: Path, command: str) -> None:
    catalogue.unlink()
    result = app.test_cli_runner().invoke(args=["seed", command])
    advice = "BRIEFS_CATALOGUE must be the path of a catalogue"
    error = f"Error: {catalogue}: cannot be read: No such file or directory; {advice}\n"
    assert (result.stderr, result.exit_code) == (error, 1)


def test_relink_with_an_empty_file_changes_nothing(
    app: Flask, client: FlaskClient, catalogue: Path, tmp_path: Path
) -> None:
    write(tmp_path / "pages", "gauges", Page(body=("The Inland Waters Board reads gauges.",) * 3))
    assert seed(app, tmp_path / "pages").exit_code == 0
    catalogue.write_text("", encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["seed", "relink"])
    expected = "the file is empty; expected a list of entries, or [] for no entries"
    assert (result.stderr, result.exit_code) == (f"Error: {catalogue}: line 1: {expected}\n", 1)
    assert client.get("/v1/entities/inland-waters-board").get_json()["origin"] == "catalogue"
