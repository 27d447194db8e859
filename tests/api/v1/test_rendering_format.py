"""Tests that the JSON format of stored articles does not change without a new format number."""

from flask import Flask

from api.v1.renderings import RENDERING_FORMAT
from tests.support.rendering_format import read_golden_file, render_articles

ADVICE = (
    "What a rendering contains has changed. Raise RENDERING_FORMAT in api/v1/renderings.py, so that old "
    "renderings are not served, and run `python -m tests.support.rendering_format`."
)


def test_renderings_change_only_with_their_format_number(app: Flask) -> None:
    number, renderings = read_golden_file()
    assert number == RENDERING_FORMAT, ADVICE
    assert render_articles(app) == renderings, ADVICE


def test_the_golden_file_shows_every_key_with_a_value() -> None:
    _, renderings = read_golden_file()
    articles = [rendering["article"] for rendering in renderings.values()]
    for key in articles[0]:
        assert any(article[key] not in (None, []) for article in articles), key
