"""Functions that write invented pages in the source format and load them with `flask seed load`."""

from dataclasses import dataclass
from pathlib import Path

from flask.testing import FlaskCliRunner

# The title of `Page()`.
HARBOUR = "Harbour Lights Return to the Outer Isles"


@dataclass(frozen=True, kw_only=True)
class Page:
    """The parts of an article page for tests. Its text leaves out parts that are None or empty."""

    title: str = HARBOUR
    summary: str | None = (
        "Keepers relit eleven lamps on Friday after a winter of dark water and cancelled boats."
    )
    caption: str | None = "A white lighthouse above a calm sea at dusk."
    takeaways: tuple[str, ...] = (
        "The lamps in Shanghai were built to the old pattern.",
        "Each lamp now burns a third of the power that it did.",
    )
    desk: str = "Editor's Desk"
    heading: str | None = "What the Lamps Mean"
    analysis: tuple[str, ...] = (
        "The islands have waited for longer than anybody cares to count, and the wait has cost them dearly.",
    )
    signature: tuple[str, ...] = ("Mara Quill", "Coast Correspondent", "The Lantern Post")
    body: tuple[str, ...] = (
        "The first lamp was lit at six, and a crowd stood on the quay until the last of them answered it.",
        "Engineers from Guangdong had carried the lenses over the pass by hand, because no road goes there.",
    )
    related: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the text of the page, as it is written to a file."""
        items = [f"  • {number}{text}" for number, text in enumerate(self.takeaways, 1)]
        blocks = [
            self.title,
            self.summary,
            self.caption,
            *(("Key Takeaways", "\n".join(items)) if items else ()),
            *((self.desk, self.heading, *self.analysis) if self.analysis else ()),
            "\n".join(self.signature),
            *self.body,
            "Share Article",
            "Related Articles",
            *(self.related or ("No related articles found",)),
        ]
        return "\n\n".join(block for block in blocks if block) + "\n"


def write_page(folder: Path, name: str, page: Page, **sidecar: str) -> Path:
    """Write a page to the file NAME.txt in `folder`.

    If `sidecar` is given, write these fields to the file NAME.yaml beside it.
    """
    path = folder / f"{name}.txt"
    path.write_bytes(page.text().encode())
    if sidecar:
        lines = [f"{key}: {value}\n" for key, value in sidecar.items()]
        path.with_suffix(".yaml").write_text("".join(lines), encoding="utf-8")
    return path


def load(runner: FlaskCliRunner, *paths: Path) -> None:
    """Load files or folders with `flask seed load`, and assert that all are accepted without a warning."""
    result = runner.invoke(args=["seed", "load", *map(str, paths)])
    assert result.exit_code == 0, result.output
    assert "warning" not in result.output, result.output


def slug_of(title: str) -> str:
    """Return the slug that an article with this title gets. The title must consist of plain words."""
    return "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
