"""No page breaks a rule of WCAG 2.1 AA that axe-core checks, in light or dark, on a phone or a desktop."""

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.clients.npm_packages import MODULES
from tests.support.programs.browser import DESKTOP, PHONE, needs_chromium, running_browser, show_at
from tests.support.server import PATIENCE_SECONDS, Server

pytestmark = [pytest.mark.clients, needs_chromium]

AXE = MODULES / "axe-core" / "axe.min.js"
BRIEF = "/browse/articles/insurers-count-the-cost-of-the-dunminster-flood"
FRENCH_BRIEF = "/browse/articles/la-recolte-de-sel-de-sauneville-est-la-plus-tardive-depuis-quarante-ans"
STORY = "/browse/stories/lanner-1-falls-silent-after-six-weeks-in-orbit"
PAGES = [
    "/",
    "/browse",
    "/browse?q=dam&entity=dunminster&publication=The+Hallowick+Courier",
    "/browse?q=dam&entity=dunminste",
    "/browse/trends?window=30d&type=place",
    "/browse/changes?limit=5",
    BRIEF,
    FRENCH_BRIEF,
    STORY,
    "/browse/entities/dunminster",
    "/problems",
    "/problems/quota-exceeded",
    # Errors
    "/nowhere",
    "/browse?sort=newest&offset=4",
]
RUN = """
const done = arguments[0], tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
axe.run({runOnly: tags}).then(({violations, passes}) => done({violations, passed: passes.length}));
"""
# At least this number of rules applies to each page.
MIN_PASSED_RULES = 20


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Start a browser, which all tests of this module share."""
    if not AXE.exists():
        pytest.fail(f"{AXE} is missing; run `make test-clients`, which installs it", pytrace=False)
    with running_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "dark")])
def test_axe_finds_no_violation_on_any_page(
    demo_server: Server, browser: Chrome, size: tuple[int, int], scheme: str, subtests: pytest.Subtests
) -> None:
    assert demo_server.get(FRENCH_BRIEF).status == 200
    show_at(browser, size, scheme)
    for address in PAGES:
        browser.get(f"http://127.0.0.1:{demo_server.port}{address}")
        browser.execute_script(AXE.read_text(encoding="utf-8"))
        result: dict[str, Any] = browser.execute_async_script(RUN)
        with subtests.test(address=address):
            assert [_described(each) for each in result["violations"]] == []
            assert result["passed"] >= MIN_PASSED_RULES


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_axe_finds_no_violation_of_wcag_on_the_documentation_page(
    demo_server: Server, browser: Chrome, size: tuple[int, int], scheme: str
) -> None:
    show_at(browser, size, scheme)
    browser.get("about:blank")
    browser.get(f"http://127.0.0.1:{demo_server.port}/docs#tag/articles/GET/v1/articles")
    wait = WebDriverWait(browser, PATIENCE_SECONDS)
    wait.until(lambda browser: browser.find_elements(By.CSS_SELECTOR, ".show-api-client-button"))
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    # The page is made by a library, which follows the criteria of WCAG but not all best practices.
    result: dict[str, Any] = browser.execute_async_script(RUN.replace(', "best-practice"', ""))
    assert [_described(each) for each in result["violations"]] == []
    assert result["passed"] >= MIN_PASSED_RULES


def _described(violation: dict[str, Any]) -> str:
    """Return what is wrong and where, for the message of a failed test."""
    places = "; ".join(node["html"][:200] for node in violation["nodes"][:3])
    return f"{violation['id']} ({violation.get('impact')}): {places}"
