"""Write the pictures of the README: the start page and the page of a demonstration brief.

Usage: python -m tools.take_screenshots

The script needs chromium and chromedriver, and the development packages of the project.
"""

import base64
import sys
import tempfile
from pathlib import Path

from selenium.webdriver import Chrome

from tests.conftest import migrate, seeded_copy
from tests.support.programs.browser import running_browser, show_at
from tests.support.server import running_gunicorn

FOLDER = Path(__file__).parents[1] / "docs" / "images"
SIZE = (1280, 800)
# The pictures are smaller than the window, so that they load faster.
SCALE = 0.75
MAX_BYTES = 150_000
# The path of the page that each picture shows, by the name of the picture.
PICTURES = {
    "start": "/",
    "brief": "/browse/articles/engineers-wake-lanner-1-with-a-borrowed-antenna",
}


def main() -> None:
    """Write the pictures of the README. Exit with a message if a picture has too many bytes."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = folder / "template.db"
        migrate(f"sqlite:///{template}")
        url = seeded_copy(template, folder, "demo")
        with running_gunicorn(url, folder) as server, running_browser(folder) as browser:
            show_at(browser, SIZE)
            browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
            for picture, path in PICTURES.items():
                browser.get(f"http://127.0.0.1:{server.port}{path}")
                _write(FOLDER / f"{picture}.png", _picture(browser))


def _picture(browser: Chrome) -> bytes:
    """Return the visible part of the page as PNG."""
    width, height = SIZE
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": SCALE}
    options = {"format": "png", "optimizeForSpeed": False, "clip": clip}
    taken = browser.execute_cdp_cmd("Page.captureScreenshot", options)
    return base64.b64decode(taken["data"])


def _write(path: Path, picture: bytes) -> None:
    if len(picture) > MAX_BYTES:
        sys.exit(f"{path.name} has {len(picture):,} bytes, more than {MAX_BYTES:,}. Lower SCALE.")
    path.write_bytes(picture)
    print(f"{path.relative_to(Path.cwd())}: {len(picture):,} bytes")


if __name__ == "__main__":
    main()
