"""The page of changes shows the change feed, the newest change first."""

from pathlib import Path
from typing import Any

from flask.testing import FlaskClient, FlaskCliRunner

from tests.api.answers import assert_parameter_error, get
from tests.api.invented_pages import Page, load, slug_of, write_page
from tests.api.web_pages.page_reading import Element, by_class, find, read_page, text_of

KINDS = {"created": "Added", "updated": "Changed", "removed": "Removed"}


def _shown(page: Element) -> list[tuple[str, str]]:
    return [
        (text_of(find(each, ".//*[contains(@class, 'change-kind')]")[0]), text_of(find(each, "./h3")[0]))
        for each in find(page, "//ol[contains(@class, 'changes')]/li")
    ]


def _feed(client: FlaskClient) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = get(client, "/v1/changes?limit=100")["data"]
    return changes


def test_all_pages_together_show_the_change_feed_in_reverse(demo: FlaskClient) -> None:
    address, shown = "/browse/changes?limit=7", list[tuple[str, str]]()
    while address:
        page = read_page(demo, address)
        shown += _shown(page)
        following = find(page, "//a[@rel='next']")
        address = following[0].get("href") if following else ""
    assert shown == [(KINDS[each["kind"]], each["article"]["title"]) for each in reversed(_feed(demo))]
    assert "Changed: summary" in text_of(read_page(demo, "/browse/changes?limit=1"))


def test_a_removed_brief_has_no_link_and_an_earlier_page_stays_as_it_was(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    assert "There are no changes yet" in text_of(read_page(client, "/browse/changes"))
    titles = [f"The {each} Ferry Sails Again" for each in ("First", "Second", "Third", "Fourth")]
    for title in titles:
        write_page(tmp_path, slug_of(title), Page(title=title))
    load(runner, tmp_path)
    first = read_page(client, "/browse/changes?limit=2")
    expected = _feed(client)[:2]

    assert runner.invoke(args=["seed", "remove", slug_of(titles[0]), "--erase", "--yes"]).exit_code == 0

    removal = find(read_page(client, "/browse/changes?limit=1"), "//ol/li")[0]
    assert "Removed" in text_of(by_class(removal, "change-kind")[0])
    assert not find(removal, ".//a")
    second = read_page(client, find(first, "//a[@rel='next']")[0].get("href"))
    assert len(_shown(second)) == 2
    assert [change["sequence"] for change in expected] == [1, 2]
    assert not find(second, "//a[@rel='next']")


def test_a_cursor_of_the_page_does_not_fit_the_change_feed(demo: FlaskClient) -> None:
    page = read_page(demo, "/browse/changes?limit=7")

    query = find(page, "//a[@rel='next']")[0].get("href").partition("?")[2]
    assert_parameter_error(demo.get(f"/v1/changes?{query}"), "cursor")
