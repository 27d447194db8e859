"""Run the programs of the npm packages in `tests/clients/package.json`."""

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
SPECIFICATION = HERE.parents[1] / "openapi.yaml"
# Keeps the programs from looking for newer versions of themselves, and from sending usage statistics.
OFFLINE = {"REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "REDOCLY_TELEMETRY": "off", "NO_COLOR": "1", "CI": "1"}


def installed(*parts: str) -> Path:
    """Return the path of an installed package or of a file in it. The test fails if it does not exist.

    `parts` are the parts of the path below `node_modules`.
    """
    path = MODULES.joinpath(*parts)
    if not path.exists():
        pytest.fail(f"{path} is missing; run `make test-clients`, which installs it", pytrace=False)
    return path


def run_program(
    name: str, *arguments: str | Path, folder: Path = HERE, is_checked: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run the program `name` of an npm package in `folder`, and return its output and exit status.

    The test fails if the packages are not installed, or if the program fails. With `is_checked=False`, the
    program can fail.
    """
    return run_command(installed(".bin", name), *arguments, folder=folder, is_checked=is_checked)


def run_node(script: Path, *arguments: str | Path, folder: Path = HERE) -> str:
    """Run a JavaScript file with Node.js in `folder`, and return what it printed. It must succeed."""
    return run_command("node", script, *arguments, folder=folder).stdout


def run_command(
    *command: str | Path, folder: Path, is_checked: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a command in `folder`. Unless `is_checked` is False, the test fails if the command fails."""
    done = subprocess.run(
        command, cwd=folder, env=os.environ | OFFLINE, capture_output=True, text=True, check=False
    )
    if is_checked and done.returncode != 0:
        pytest.fail(f"{Path(command[0]).name} failed:\n{done.stdout}\n{done.stderr}", pytrace=False)
    return done
