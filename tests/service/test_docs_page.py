"""Tests of the documentation page in a real browser: operations are listed and can be sent."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.server import PATIENCE_SECONDS, Server, running_gunicorn, seeded_copy

CHROMIUM = shutil.which("chromium")
CHROMEDRIVER = shutil.which("chromedriver")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
]

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or CHROMEDRIVER is None,
    reason="chromium and chromedriver are not installed (Debian: apt-get install chromium chromium-driver)",
)


@pytest.fixture(scope="module")
def server(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server on a database with the documents of the project."""
    folder = tmp_path_factory.mktemp("docs")
    with running_gunicorn(seeded_copy(sqlite_template, folder), folder) as server:
        yield server


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    """Start a browser with its own profile that records its console and its network requests."""
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = Chrome(options, Service(CHROMEDRIVER))
    try:
        yield browser
    finally:
        browser.quit()


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


def read_log(browser: Chrome, kind: str) -> list[dict[str, Any]]:
    """Return the entries that were added to a log of the browser since the last call.

    `kind` is the name of the log, such as `browser` for the console.
    """
    entries: list[dict[str, Any]] = browser.get_log(kind)  # type: ignore[no-untyped-call]
    return entries


def requested_urls(browser: Chrome) -> list[str]:
    """Return the URL of each request that the page sent over the network."""
    events = [json.loads(entry["message"])["message"] for entry in read_log(browser, "performance")]
    sent = [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]
    # Other URLs belong to the start page of the browser and to images inside the style sheet.
    return [url for url in sent if urlsplit(url).scheme not in ("chrome", "chrome-untrusted", "data")]
