"""Tests of the documentation page in a real browser: operations are listed and can be sent."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.browser import needs_chromium, read_log, requested_urls, running_browser
from tests.support.server import PATIENCE_SECONDS, Server, running_gunicorn, seeded_copy

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def server(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server on a database with the documents of the project."""
    folder = tmp_path_factory.mktemp("docs")
    with running_gunicorn(seeded_copy(sqlite_template, folder), folder) as server:
        yield server


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    """Start a browser with its own profile that records its console and its network requests."""
    with running_browser(tmp_path) as browser:
        yield browser


def test_each_operation_is_listed_and_can_be_sent(server: Server, browser: Chrome) -> None:
    specification = json.loads(server.get("/openapi.json").body)
    here = f"http://127.0.0.1:{server.port}"
    for tag, path in (("service", "/healthz"), ("articles", "/v1/articles")):
        browser.get("about:blank")
        browser.get(f"{here}/docs#tag/{tag}/GET{path}")
        assert send_request(browser, path).startswith("{")
    assert browser.title == specification["info"]["title"]

    # The logs contain no errors, no violations of the content security policy and no foreign requests.
    assert [entry for entry in read_log(browser, "browser") if entry["level"] != "INFO"] == []
    requested = requested_urls(browser)
    assert f"{here}/healthz" in requested
    assert [url for url in requested if not url.startswith(f"{here}/")] == []


def wait_until(browser: Chrome, condition: Callable[[], bool]) -> None:
    WebDriverWait(browser, PATIENCE_SECONDS).until(lambda _: condition())


def find(browser: Chrome, selector: str, text: str = "") -> WebElement:
    """Wait until a visible element matches `selector` and contains `text`, and return the first one."""

    def matches() -> list[WebElement]:
        elements = browser.find_elements(By.CSS_SELECTOR, selector)
        return [
            each for each in elements if each.is_displayed() and text in str(each.get_property("textContent"))
        ]

    wait_until(browser, lambda: bool(matches()))
    return matches()[0]


def send_request(browser: Chrome, path: str) -> str:
    """Open the console of an operation, send its request, and return the beginning of the answer."""
    button = find(browser, ".show-api-client-button", f"(get {path})")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    find(browser, "[data-addressbar-action=send]").click()
    return find(browser, ".cm-content", "{").text
