"""Lint `openapi.yaml` with the rules that two widely used linters recommend."""

import pytest

from tests.clients.npm_packages import HERE, SPECIFICATION, run_program

pytestmark = pytest.mark.clients


def test_redocly_finds_no_fault_in_the_specification() -> None:
    run_program("redocly", "lint", SPECIFICATION, "--config", HERE / "redocly.yaml")


def test_spectral_finds_no_fault_in_the_specification() -> None:
    ruleset = HERE / "spectral.yaml"
    run_program("spectral", "lint", "--ruleset", ruleset, "--fail-severity", "hint", SPECIFICATION)
