"""A real Chromium for tests, which records its console and its requests."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

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
# Widths and heights of windows in pixels.
PHONE, DESKTOP = (390, 844), (1280, 900)
# The browser emulates a mobile device in windows that are narrower than this.
MOBILE_WIDTH = 500

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None or CHROMEDRIVER is None,
    reason="chromium and chromedriver are not installed (Debian: apt-get install chromium chromium-driver)",
)


@contextmanager
def running_browser(folder: Path) -> Iterator[Chrome]:
    """Start a browser whose profile is in `folder`, and stop it at the end."""
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = Chrome(options, Service(CHROMEDRIVER))
    try:
        yield browser
    finally:
        browser.quit()


def show_at(browser: Chrome, size: tuple[int, int], scheme: str = "light") -> None:
    """Set the `size` of the window of `browser` (width and height in pixels) and its colour scheme."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < MOBILE_WIDTH}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


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
