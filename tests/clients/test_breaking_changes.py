"""Tests that the specification breaks no clients of the last release.

Breaking changes that `declared-changes.yaml` names are allowed.
"""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.resources.openapi import to_yaml
from tests.clients.breaking_changes import DECLARATIONS, RELEASED, breaking_changes, declared_changes
from tests.clients.npm_packages import SPECIFICATION

pytestmark = pytest.mark.clients

Document = dict[str, Any]


def operation(document: Document, path: str) -> Document:
    found: Document = document["paths"][path]["get"]
    return found


def parameter(document: Document, name: str) -> Document:
    """Return the query parameter `name` of `GET /v1/articles` in the specification `document`."""
    parameters = operation(document, "/v1/articles")["parameters"]
    found: Document = next(each for each in parameters if each["name"] == name)
    return found


def properties(document: Document, schema: str) -> Document:
    found: Document = document["components"]["schemas"][schema]["properties"]
    return found


def required(document: Document, schema: str) -> list[str]:
    keys: list[str] = document["components"]["schemas"][schema]["required"]
    return keys


def remove_parameter(document: Document, name: str) -> None:
    operation(document, "/v1/articles")["parameters"].remove(parameter(document, name))


def add_parameter(document: Document, name: str, *, is_required: bool) -> None:
    added = {"in": "query", "name": name, "required": is_required, "schema": {"type": "string"}}
    operation(document, "/v1/articles")["parameters"].append(added)


# A change of each kind that breaks clients, and a part of its text.
BREAKING: dict[str, Callable[[Document], object]] = {
    "/v1/trends: Path `/v1/trends` was removed.": lambda to: to["paths"].pop("/v1/trends"),
    "GET /v1/changes: Operation `GET /v1/changes` was removed.": lambda to: to["paths"]["/v1/changes"].pop(
        "get"
    ),
    "changed from 'listStories' to 'list'.": lambda to: operation(to, "/v1/stories").update(
        operationId="list"
    ),
    "`collapse` query parameter was removed.": lambda to: remove_parameter(to, "collapse"),
    "`q` query parameter became required.": lambda to: parameter(to, "q").update(required=True),
    "Required `kind` query parameter was added.": lambda to: add_parameter(to, "kind", is_required=True),
    "Enum lost values: 'title'.": lambda to: parameter(to, "sort")["schema"]["enum"].remove("title"),
    "Upper bound changed from '<= 100' to '<= 50'.": lambda to: parameter(to, "limit")["schema"].update(
        maximum=50
    ),
    "GET /v1/entities: Response `422` was removed.": lambda to: operation(to, "/v1/entities")[
        "responses"
    ].pop("422"),
    "Property `role` of `Byline` was removed.": lambda to: properties(to, "Byline").pop("role"),
    "Properties of `Image` are no longer required: `url`.": lambda to: required(to, "Image").remove("url"),
    "Type of `score` widened from 'number' to 'string'.": lambda to: properties(to, "Evidence")[
        "score"
    ].update(type="string"),
    "Enum of `basis` gained values: 'guessed'.": lambda to: properties(to, "RelatedLink")["basis"][
        "enum"
    ].append("guessed"),
}


@pytest.fixture(scope="module")
def specification() -> Document:
    document: Document = yaml.safe_load(SPECIFICATION.read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def found(specification: Document, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the breaking changes between the specification and a copy with all changes of BREAKING."""
    changed = deepcopy(specification)
    for change in BREAKING.values():
        change(changed)
    return compare(specification, changed, tmp_path_factory.mktemp("breaking"))


def compare(base: Document, changed: Document, folder: Path) -> list[str]:
    """Write two specifications to `folder`, and return the breaking changes from `base` to `changed`."""
    paths = folder / "base.yaml", folder / "changed.yaml"
    for path, document in zip(paths, (base, changed), strict=True):
        path.write_text(to_yaml(document), encoding="utf-8")
    return breaking_changes(*paths)


def test_the_specification_breaks_no_client_unless_the_change_is_declared() -> None:
    changes, declared = breaking_changes(RELEASED, SPECIFICATION), declared_changes(DECLARATIONS)
    undeclared = [change for change in changes if change not in declared]
    assert undeclared == [], f"take these changes back, or declare them in {DECLARATIONS.name} with a reason"
    outdated = [change for change in declared if change not in changes]
    assert outdated == [], f"remove these declarations from {DECLARATIONS.name}"


@pytest.mark.parametrize("text", BREAKING)
def test_a_change_that_breaks_clients_is_found(text: str, found: list[str]) -> None:
    assert [change for change in found if text in change], "\n".join(found)


def test_an_addition_breaks_no_client(specification: Document, tmp_path: Path) -> None:
    changed = deepcopy(specification)
    add_parameter(changed, "kind", is_required=False)
    properties(changed, "Byline")["desk"] = {"type": "string"}
    required(changed, "Byline").append("desk")
    changed["paths"]["/v1/desks"] = {
        "get": deepcopy(operation(changed, "/v1/trends")) | {"operationId": "listDesks"}
    }
    assert compare(specification, changed, tmp_path) == []


def test_a_declaration_needs_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "declared-changes.yaml"
    path.write_text("'GET /v1/articles: gone':\n", encoding="utf-8")
    with pytest.raises(ValueError, match="give a reason for the change `GET /v1/articles: gone`"):
        declared_changes(path)
    path.write_text("'GET /v1/articles: gone': Nobody used it.\n", encoding="utf-8")
    assert declared_changes(path) == {"GET /v1/articles: gone": "Nobody used it."}
