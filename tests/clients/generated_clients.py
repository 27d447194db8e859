"""Generate clients with the commands of docs/clients.md, and run the programs of that page with them."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from tests.clients.npm_packages import installed, run_command, run_program
from tests.support.fenced_blocks import blocks_of, run
from tests.support.server import PATIENCE_SECONDS, ROOT, Server
from tests.test_documents import on_server

GUIDE = ROOT / "docs" / "clients.md"
DATABASE = "sqlite://"


def program_of(language: str, server: Server) -> str:
    """Return one program that consists of all `language` code blocks in docs/clients.md.

    `language` is the word after the fence, such as `python`. The program sends its requests to `server`.
    """
    return on_server(
        "\n".join(block.text for block in blocks_of(GUIDE) if block.language == language), server
    )


def generate(generator: str, server: Server, folder: Path) -> None:
    """Generate a client in `folder` with a command from docs/clients.md.

    Args:
        generator: The beginning of the command, such as `npx openapi-typescript`.
        server: The server from which the command reads the specification.
        folder: An empty folder, in which the command runs.
    """
    (script,) = (
        block.text for block in blocks_of(GUIDE) if block.language == "sh" and generator in block.text
    )
    # The first line installs packages.
    _, _, command = script.partition("\n")
    (folder / "docs").symlink_to(ROOT / "docs")
    (folder / ".venv").symlink_to(sys.prefix)
    # `npx` runs the installed generator, and downloads nothing.
    (folder / "node_modules").symlink_to(installed())
    run(on_server(command, server), folder, DATABASE)


def check_python(program: Path) -> None:
    """Check a Python program with `mypy --strict`. Errors in the generated code are ignored."""
    mypy = Path(sys.executable).with_name("mypy")
    options = (
        "--strict",
        "--follow-imports=silent",
        "--config-file=",
        "--cache-dir",
        program.parent / "cache",
    )
    run_command(mypy, *options, program.name, folder=program.parent)


def check_typescript(program: Path) -> None:
    """Compile a TypeScript program with docs/clients/tsconfig.json. The compilation must succeed."""
    folder = program.parent
    shutil.copyfile(ROOT / "docs" / "clients" / "tsconfig.json", folder / "tsconfig.json")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    run_program("tsc", "--project", folder)


def run_with_change(
    command: Sequence[str | Path], make_driver: Callable[[str], str], change: Callable[[], None]
) -> str:
    """Run a program, and return its output.

    Args:
        command: The command. Its last part is the file of the program.
        make_driver: A function that takes a URL and returns code to append to the program. The code must
            request the URL.
        change: A function that is called when the program requests the URL.
    """

    class Changes(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            change()
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Write no log."""

    program = Path(command[-1])
    with HTTPServer(("127.0.0.1", 0), Changes) as server:
        server.timeout = PATIENCE_SECONDS
        address = f"http://127.0.0.1:{server.server_port}/"
        program.write_text(program.read_text(encoding="utf-8") + make_driver(address), encoding="utf-8")
        with subprocess.Popen(
            command, cwd=program.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            server.handle_request()
            printed, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, errors
    return printed
