"""Find the changes of the specification that break clients of the last release.

A change breaks clients if `redocly diff` says that it requires a new major version. Such a change is allowed
if `declared-changes.yaml` names it with a reason.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import yaml

from tests.clients.npm_packages import HERE, run_program

RELEASED = HERE / "released-openapi.yaml"
DECLARATIONS = HERE / "declared-changes.yaml"


def breaking_changes(released: Path, current: Path) -> list[str]:
    """Return the changes from one specification to another that break clients, one text per change.

    A text names the operation, the change and the rule of redocly, such as ``GET /v1/articles: `q` query
    parameter became required. (parameter-became-required)``.
    """
    done = run_program("redocly", "diff", released, current, "--format", "json", "--fail-on", "none")
    return [
        f"{_place(change['path'])}: {verdict['message']} ({verdict['ruleId']})"
        for change in orjson.loads(done.stdout)["changes"]
        for verdict in change.get("verdicts", [])
        if verdict["impact"] == "major"
    ]


def declared_changes(path: Path) -> dict[str, str]:
    """Return the changes that a YAML file declares, each with its reason.

    Raises:
        ValueError: A declaration has no reason.
    """
    declarations: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    for change, reason in declarations.items():
        if not isinstance(reason, str) or not reason.strip():
            raise ValueError(f"{path.name}: give a reason for the change `{change}`")
    return dict(declarations)


def _place(pointer: str) -> str:
    """Return the operation to which the JSON pointer `pointer` leads, such as `GET /v1/articles`.

    If `pointer` leads to a whole path, return the path. If it leads elsewhere, return `pointer`.
    """
    steps = [unquote(step).replace("~1", "/").replace("~0", "~") for step in pointer.split("/")]
    if steps[:2] != ["#", "paths"]:
        return pointer
    return f"{steps[3].upper()} {steps[2]}" if len(steps) > 3 else steps[2]
