"""Tests of the documentation page in a real browser: it works, and sends requests only to the service."""

import json
from collections.abc import Callable, Iterator

import pytest
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
)
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.programs.browser import (
    DESKTOP,
    PHONE,
    needs_chromium,
    read_log,
    requested_urls,
    running_browser,
    show_at,
)
from tests.support.programs.prefix_proxy import published_below
from tests.support.server import PATIENCE_SECONDS, Server, running_gunicorn
from tests.support.shown_requests import ShownRequest, shown_requests

# A few operations of different kinds. tests/api/documentation requests all of them, without a browser.
TRIED_OPERATIONS = ("listArticles", "listArticleRelatedLinks", "listStories")
BASE_URL = "https://api.example.org/briefs"
CODE = "//*[@id='api-1/tag/{tag}/GET{path}']//pre"
CLOSE_BUTTON = "//button[contains(@class, 'app-exit-button')]"

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def server(demonstration: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server with the demonstration briefs. Its public address is set to BASE_URL."""
    folder = tmp_path_factory.mktemp("docs")
    with running_gunicorn(demonstration, folder, BRIEFS_BASE_URL=BASE_URL) as server:
        yield server


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Start a browser that records console messages and network requests. It has a profile of its own."""
    with running_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def origin(server: Server, browser: Chrome) -> str:
    """Empty the logs of the browser, make its window wide, and return the origin of the server."""
    browser.get("about:blank")
    read_log(browser, "browser")
    requested_urls(browser)
    show_at(browser, DESKTOP)
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture
def shown(server: Server) -> dict[str, ShownRequest]:
    """Return the requests that the page shows, by operation id."""
    specification = json.loads(server.get("/docs/specification.json").body)
    return {each.operation_id: each for each in shown_requests(specification)}


def test_the_first_request_of_an_operation_shows_an_answer(
    browser: Chrome, origin: str, shown: dict[str, ShownRequest]
) -> None:
    for operation in TRIED_OPERATIONS:
        show(browser, f"{origin}/docs", shown[operation])
        answer = send_request(browser, shown[operation])
        assert answer.startswith('{\n  "data": [\n    {'), (operation, answer)
        assert foreign_links(browser, origin) == []
        close_console(browser)
    assert browser.title.startswith("Briefs API")
    requested = assert_no_fault(browser, origin)
    assert {f"{origin}{shown[operation].target}" for operation in TRIED_OPERATIONS} <= set(requested)


def test_the_page_shows_code_in_three_languages_and_finds_operations(
    browser: Chrome, origin: str, shown: dict[str, ShownRequest]
) -> None:
    entity = shown["getEntity"]
    show(browser, f"{origin}/docs", entity)
    code, address = CODE.format(tag=entity.tag, path=entity.path), f"{origin}{entity.target}"
    assert find(browser, code).text == f"curl {address}"
    for language, function in (("Python", "requests.get"), ("JavaScript", "fetch")):
        click(browser, f"//*[@role='tab'][contains(., '{language}')]")
        sample = find(browser, f"{code}[starts-with(normalize-space(.), '{function}')]")
        assert address in sample.text

    click(browser, "//button[contains(., 'Search')]")
    find(browser, "//input[@role='combobox']").send_keys("co-mentioned")
    click(browser, "//a[@role='option'][contains(., 'co-mentioned')]")
    wait_until(browser, lambda: browser.current_url.endswith("/v1/entities/{entity}/co-mentioned"))
    assert_no_fault(browser, origin)


def test_the_page_fits_a_phone_and_works_below_a_path(
    server: Server, browser: Chrome, origin: str, shown: dict[str, ShownRequest]
) -> None:
    assert origin
    show_at(browser, PHONE, "dark")
    with published_below("/briefs", server) as proxy:
        base_url = f"{proxy}/briefs"
        show(browser, f"{base_url}/docs", shown["listTakeaways"])
        assert send_request(browser, shown["listTakeaways"]).startswith('{\n  "data": [')
        assert browser.execute_script("return document.documentElement.scrollWidth") == PHONE[0]
        links = [link.get_attribute("href") for link in browser.find_elements(By.CSS_SELECTOR, "header a")]
        assert {f"{base_url}/", f"{base_url}/openapi.json"} <= set(links)
        assert f"{base_url}{shown['listTakeaways'].target}" in assert_no_fault(browser, base_url)


def show(browser: Chrome, page: str, shown: ShownRequest) -> None:
    """Open the documentation page at the URL `page`, and scroll to the operation of the request `shown`."""
    # The page reads the fragment when it starts. It can miss a fragment that is set while it starts.
    browser.get(f"{page}#tag/{shown.tag}/GET{shown.path}")


def send_request(browser: Chrome, shown: ShownRequest) -> str:
    """Open the request form of an operation, send the request, and return the beginning of the response.

    `shown` is the request of the operation.
    """
    text = f"(get {shown.path})"
    click(browser, f"//button[contains(@class, 'show-api-client-button')][contains(., '{text}')]")
    click(browser, "//button[@data-addressbar-action='send']")
    return find(browser, "//*[contains(@class, 'cm-content')][contains(., '{')]").text


def close_console(browser: Chrome) -> None:
    """Close the request form of an operation, and wait until the form has disappeared."""
    click(browser, CLOSE_BUTTON)
    wait_until(browser, lambda: not visible_elements(browser, CLOSE_BUTTON))


def foreign_links(browser: Chrome, origin: str) -> list[str]:
    """Return the links on the page that lead away from the service.

    A link leads to the service if it begins with `origin` or with BASE_URL, the public address of the
    service. A link that begins with `blob:` and `origin` downloads a response, and is left out too.
    """
    links = browser.execute_script("return [...document.querySelectorAll('a[href]')].map(a => a.href)")
    assert len(links) > 20
    return [link for link in links if not link.startswith((f"{origin}/", f"blob:{origin}/", BASE_URL))]


def click(browser: Chrome, path: str) -> None:
    """Scroll to the first visible element that matches the XPath `path`, and click on it."""

    def is_clicked() -> bool:
        element = find(browser, path)
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
        return True

    wait_until(browser, is_clicked)


def find(browser: Chrome, path: str) -> WebElement:
    """Wait until a visible element matches the XPath `path`, and return the first such element."""
    found: list[WebElement] = []

    def is_found() -> bool:
        found[:] = visible_elements(browser, path)
        return bool(found)

    wait_until(browser, is_found)
    return found[0]


def visible_elements(browser: Chrome, path: str) -> list[WebElement]:
    """Return the visible elements that match the XPath `path`."""
    return [each for each in browser.find_elements(By.XPATH, path) if each.is_displayed()]


def wait_until(browser: Chrome, condition: Callable[[], bool]) -> None:
    """Wait until `condition` returns True.

    If elements are moved or replaced while `condition` runs, it is called again. After PATIENCE_SECONDS, a
    TimeoutException is raised.
    """
    transient = [
        StaleElementReferenceException,
        ElementNotInteractableException,
        ElementClickInterceptedException,
    ]
    wait = WebDriverWait(browser, PATIENCE_SECONDS, 0.2, transient)
    wait.until(lambda _: condition())


def assert_no_fault(browser: Chrome, base_url: str) -> list[str]:
    """Assert that the page has caused no fault, and return the URLs that it has requested.

    All URLs must begin with `base_url`. The log of the browser must have no errors and no violations of the
    security policy of the page.
    """
    assert [entry for entry in read_log(browser, "browser") if entry["level"] != "INFO"] == []
    requested = [url for url in requested_urls(browser) if url != "about:blank"]
    assert [url for url in requested if not url.startswith(f"{base_url}/")] == []
    return requested
