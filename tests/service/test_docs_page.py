"""Tests of the documentation page in a real browser: operations are listed and can be tried."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class ShownAnswer:
    """What the documentation page shows after a click on Execute: a URL and the response."""

    url: str
    status: int
    body: Any


def test_each_operation_is_listed_and_can_be_tried(server: Server, browser: Chrome) -> None:
    specification = json.loads(server.get("/openapi.json").body)
    here = f"http://127.0.0.1:{server.port}"
    browser.get(f"{here}/docs")
    expected = {path["get"]["operationId"] for path in specification["paths"].values()}
    wait_until(browser, lambda: listed_operations(browser) == expected)
    assert browser.title == specification["info"]["title"]

    health = try_operation(browser, "getHealth")
    assert health == ShownAnswer(f"{here}/healthz", 200, {"status": "ok"})
    articles = try_operation(browser, "listArticles")
    assert articles.url.startswith(f"{here}/v1/articles")
    assert (articles.status, articles.body) == (200, json.loads(server.get(articles.url[len(here) :]).body))

    # The logs contain no errors, no violations of the content security policy and no foreign requests.
    assert read_log(browser, "browser") == []
    requested = requested_urls(browser)
    assert f"{here}/healthz" in requested
    assert [url for url in requested if not url.startswith(f"{here}/")] == []


def wait_until(browser: Chrome, condition: Callable[[], bool]) -> None:
    WebDriverWait(browser, PATIENCE_SECONDS).until(lambda _: condition())


def listed_operations(browser: Chrome) -> set[str]:
    """Return the ids of the operations that the documentation page lists."""
    blocks = browser.find_elements(By.CSS_SELECTOR, ".opblock")
    return {str(block.get_attribute("id")).rpartition("-")[2] for block in blocks}


def try_operation(browser: Chrome, operation: str) -> ShownAnswer:
    """Open an operation on the documentation page, click on Execute, and return what the page shows."""
    block = browser.find_element(By.CSS_SELECTOR, f"[id$=-{operation}]")

    def find(selector: str) -> WebElement:
        wait_until(browser, lambda: bool(block.find_elements(By.CSS_SELECTOR, selector)))
        return block.find_element(By.CSS_SELECTOR, selector)

    find(".opblock-summary-control").click()
    find("button.execute").click()
    body = find(".live-responses-table .response-col_description code").get_property("textContent")
    return ShownAnswer(
        find(".request-url pre").text,
        int(find(".live-responses-table .response .response-col_status").text),
        json.loads(str(body)),
    )


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
