"""Type-check and run the TypeScript examples of the documents against a server, for `make test-clients`."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import migrate
from tests.support.fenced_blocks import blocks_of
from tests.support.server import ROOT, running_gunicorn, seeded_copy
from tests.test_documents import API_PAGE, on_server

HERE = Path(__file__).parent
COMPILER = HERE / "node_modules" / ".bin" / "tsc"
# The guide prints at least these texts if its examples work.
EXPECTED = ("Efficiency Over Excess", "422 sort", "unchanged", "1 articles; continue from true")
EXPECTED_OF_STORIES = ("articles in", "- ", "new: ")
STORIES_PAGE = ROOT / "docs" / "stories.md"


def main() -> int:
    """Check and run the TypeScript examples, and return the exit status: 0 if all are correct."""
    guide = [block.text for block in blocks_of(API_PAGE) if block.language == "ts"]
    stories = [block.text for block in blocks_of(STORIES_PAGE) if block.language == "ts"]
    missing = []
    for page, examples, command, expected in (
        (API_PAGE, guide, "load", EXPECTED),
        # The examples of stories use the functions in the first block of the guide.
        (STORIES_PAGE, [guide[0], *stories], "demo", EXPECTED_OF_STORIES),
    ):
        printed = run_examples(examples, command)
        print(printed, end="")
        missing += [
            f"{page.name}: the TypeScript examples do not print: {text}"
            for text in expected
            if text not in printed
        ]
    for message in missing:
        print(message, file=sys.stderr)
    return 1 if missing else 0


def run_examples(examples: list[str], command: str) -> str:
    """Compile and run TypeScript examples on documents that `flask seed COMMAND` loads. Return the output."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = folder / "template.db"
        migrate(f"sqlite:///{template}")
        with running_gunicorn(seeded_copy(template, folder, command), folder) as server:
            # A module can use top-level await, and its names do not clash with those of the browser.
            program = "\n".join([*examples, "export {};", ""])
            (folder / "guide.ts").write_text(on_server(program, server), encoding="utf-8")
            (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
            shutil.copyfile(HERE / "tsconfig.json", folder / "tsconfig.json")
            subprocess.run([COMPILER, "--project", folder], check=True)
            result = subprocess.run(
                ["node", folder / "guide.js"], check=True, capture_output=True, text=True, cwd=ROOT
            )
            return result.stdout


if __name__ == "__main__":
    sys.exit(main())
