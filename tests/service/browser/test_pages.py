"""Tests of the pages in a real browser: clicks lead from the start page to every page, on a phone too."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import orjson
import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.api.web_pages.odd_briefs import HOSTILE, ODD_BRIEFS, SCRIPT
from tests.conftest import make_app, seeded_copy
from tests.support.programs.browser import (
    DESKTOP,
    PHONE,
    needs_chromium,
    read_log,
    requested_urls,
    running_browser,
    show_at,
)
from tests.support.server import PATIENCE_SECONDS, Server, running_gunicorn

pytestmark = needs_chromium

# What is clicked on each page, and where that leads: the beginning of the path.
CLICKS = [
    ("nav[aria-label=Main] a[href='/browse']", "/browse"),
    (".of-story a", "/browse/stories/"),
    ("main a[href^='/browse/articles/']", "/browse/articles/"),
    ("main a[href^='/browse/entities/']", "/browse/entities/"),
    ("main a[href^='/browse/entities/']", "/browse/entities/"),
    ("nav[aria-label=Main] a[href='/browse/trends']", "/browse/trends"),
    (".choices a[href*='window=30d']", "/browse/trends"),
    (".trends td a", "/browse"),
    (".facet a", "/browse"),
    (".chips a", "/browse"),
    (".sorts a:last-child", "/browse"),
    ("nav[aria-label=Main] a[href='/browse/changes']", "/browse/changes"),
    (".changes h3 a", "/browse/articles/"),
    (".brand", "/"),
    (".queries li:nth-child(2) a", "/browse"),
    ("nav[aria-label=Service] a[href='/problems']", "/problems"),
    ("table a", "/problems/"),
    ("nav[aria-label=Service] a[href='/']", "/"),
]
HOSTILE_ADDRESSES = [
    "/",
    "/browse",
    "/browse?q=title",
    f"/browse?q={quote(HOSTILE)}&entity={quote(HOSTILE)}&publication={'x' * 400}",
    f"/browse?sort={quote(HOSTILE)}&{'y' * 400}=1",
    f"/browse/articles/{quote(HOSTILE)}",
    "/browse/changes",
    "/browse/trends?window=365d",
]


@pytest.fixture(scope="module")
def server(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server of the demonstration briefs and of ODD_BRIEFS, in one database.

    ODD_BRIEFS are articles that could break a page, such as articles with hostile texts.
    """
    folder = tmp_path_factory.mktemp("pages")
    url = seeded_copy(sqlite_template, folder, "demo")
    documents = folder / "odd"
    documents.mkdir()
    (documents / "odd.jsonl").write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in ODD_BRIEFS))
    assert make_app(url).test_cli_runner().invoke(args=["seed", "load", str(documents)]).exit_code == 0
    with running_gunicorn(url, folder) as server:
        yield server


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Start a browser, which the tests of this module share."""
    with running_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_clicks_lead_from_the_start_page_to_every_page(
    server: Server, browser: Chrome, size: tuple[int, int]
) -> None:
    here = _here(server)
    show_at(browser, size)
    read_log(browser, "browser")
    requested_urls(browser)
    browser.get(f"{here}/")
    _assert_fits(browser, size)
    for selector, path in CLICKS:
        _click(browser, selector)
        reached = urlsplit(browser.current_url).path
        assert reached.startswith(path) if path.endswith("/") and path != "/" else reached == path
        _assert_fits(browser, size)
    box = browser.find_element(By.CSS_SELECTOR, "main input[type=search]")
    _follow(browser, lambda: box.send_keys("dam", Keys.ENTER))
    assert browser.current_url == f"{here}/browse?q=dam"
    assert browser.find_elements(By.CSS_SELECTOR, "article mark")
    _click(browser, "#filters button")
    # The empty fields of the form are not in the address.
    assert browser.current_url == f"{here}/browse?q=dam"

    assert read_log(browser, "browser") == []
    assert [url for url in requested_urls(browser) if not url.startswith(f"{here}/")] == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_hostile_text_is_shown_as_text_and_breaks_no_layout(
    server: Server, browser: Chrome, size: tuple[int, int]
) -> None:
    show_at(browser, size)
    slugs = [
        each["slug"] for each in orjson.loads(server.get("/v1/articles?sort=-created_at").body)["data"][:3]
    ]
    for address in [*HOSTILE_ADDRESSES, *(f"/browse/articles/{slug}" for slug in slugs)]:
        browser.get(f"{_here(server)}{address}")
        _assert_fits(browser, size)
        assert not browser.find_elements(By.CSS_SELECTOR, "script, style, [style], [onerror], [src=x]")
    browser.get(f"{_here(server)}/browse?sort=-created_at")
    assert SCRIPT in browser.find_element(By.TAG_NAME, "main").text
    # A page of an error is itself reported in the console. Nothing else is.
    reported = [
        entry for entry in read_log(browser, "browser") if "the server responded with" not in entry["message"]
    ]
    assert reported == []


def test_evidence_is_marked_under_the_pointer_by_the_keyboard_and_by_the_address(
    server: Server, browser: Chrome
) -> None:
    show_at(browser, DESKTOP)
    browser.get(f"{_here(server)}/browse/articles/insurers-count-the-cost-of-the-dunminster-flood")
    takeaway = browser.find_element(By.ID, "takeaway-3")
    link = takeaway.find_element(By.CSS_SELECTOR, ".evidence a")
    unmarked = _backgrounds(browser)

    ActionChains(browser).move_to_element(takeaway).perform()
    marked = _backgrounds(browser)
    assert [place for place, colour in enumerate(marked, 1) if colour != unmarked[0]] == [3]
    ActionChains(browser).move_to_element(browser.find_element(By.TAG_NAME, "h1")).perform()
    assert _backgrounds(browser) == unmarked
    browser.execute_script("arguments[0].focus()", link)
    assert _backgrounds(browser) == marked
    link.send_keys(Keys.ENTER)
    browser.execute_script("document.activeElement.blur()")
    assert urlsplit(browser.current_url).fragment == "paragraph-3"
    assert _backgrounds(browser) == marked


def _backgrounds(browser: Chrome) -> list[str]:
    """Return the background colour of each paragraph of the brief, such as `rgba(0, 0, 0, 0)`."""
    paragraphs = browser.find_elements(By.CLASS_NAME, "paragraph")
    return [each.value_of_css_property("background-color") for each in paragraphs]


def _here(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


def _click(browser: Chrome, selector: str) -> None:
    """Click the first element that matches a CSS selector, and wait until the next page has loaded."""
    element = browser.find_element(By.CSS_SELECTOR, selector)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    _follow(browser, element.click)


def _follow(browser: Chrome, action: Callable[[], None]) -> None:
    """Call `action`, which leads to a new page, and wait until the new page has loaded."""
    browser.execute_script("window.isLeft = true")
    action()
    # While the browser changes the page, a script can fail.
    wait = WebDriverWait(browser, PATIENCE_SECONDS, ignored_exceptions=[WebDriverException])
    is_loaded = "return !window.isLeft && document.readyState === 'complete'"
    wait.until(lambda changing: changing.execute_script(is_loaded))


def _assert_fits(browser: Chrome, size: tuple[int, int]) -> None:
    """Assert that the page is not wider than the window.

    `size` is the width and height of the window in pixels.
    """
    width = browser.execute_script("return document.documentElement.scrollWidth")
    assert width <= size[0], browser.current_url
