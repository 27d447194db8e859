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


def main() -> int:
    """Check and run the TypeScript examples, and return the exit status: 0 if all are correct."""
    examples = [block.text for block in blocks_of(API_PAGE) if block.language == "ts"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = folder / "template.db"
        migrate(f"sqlite:///{template}")
        with running_gunicorn(seeded_copy(template, folder), folder) as server:
            # A module can use top-level await, and its names do not clash with those of the browser.
            program = "\n".join([*examples, "export {};", ""])
            (folder / "guide.ts").write_text(on_server(program, server), encoding="utf-8")
            (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
            shutil.copyfile(HERE / "tsconfig.json", folder / "tsconfig.json")
            subprocess.run([COMPILER, "--project", folder], check=True)
            printed = subprocess.run(
                ["node", folder / "guide.js"], check=True, capture_output=True, text=True, cwd=ROOT
            ).stdout
    print(printed, end="")
    missing = [line for line in EXPECTED if line not in printed]
    for line in missing:
        print(f"docs/api.md: the TypeScript examples do not print: {line}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
