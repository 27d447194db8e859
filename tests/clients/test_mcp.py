"""Clients of the Model Context Protocol (MCP): the conformance suite and the official client for Python."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from api.mcp_server.tools.catalog import TOOLS
from api.mcp_server.versions import INITIALIZED_VERSIONS, STATELESS_VERSION
from tests.clients.npm_packages import HERE, MODULES, run_command
from tests.support.server import Server, free_port, running_gunicorn

pytestmark = pytest.mark.clients

SUITE = MODULES / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
LOADER = HERE / "node20_conformance.mjs"
OWN_TOOLS = "It calls a tool that only the example server of the suite has."
NO_PROMPTS, NO_RESOURCES = "The service has no prompts.", "The service has no resources."
NO_INPUT = "The service never asks the client for input (sampling, elicitation, roots)."
NO_TASKS = "The service has no tasks, which are an extension of the protocol."
# The checks that do not apply, each with the reason. A name with a `*` at its end covers several names.
# The key is a scenario, or a scenario and one of its checks.
NOT_APPLICABLE = {
    "tools-call-*": OWN_TOOLS,
    "json-schema-2020-12": OWN_TOOLS,
    "http-custom-header-server-validation": OWN_TOOLS,
    "server-stateless sep-2575-server-rejects-undeclared-capability": OWN_TOOLS,
    "server-stateless sep-2575-missing-capability-http-400": OWN_TOOLS,
    "server-stateless sep-2575-http-server-no-independent-requests-on-stream": OWN_TOOLS,
    "server-stateless sep-2575-server-no-log-without-loglevel": OWN_TOOLS,
    "prompts-*": NO_PROMPTS,
    "caching sep-2549-prompts-list-caching-hints": NO_PROMPTS,
    "resources-*": NO_RESOURCES,
    "caching sep-2549-resources-*": NO_RESOURCES,
    "elicitation-*": NO_INPUT,
    "input-required-result-*": NO_INPUT,
    "tasks-*": NO_TASKS,
    "completion-complete": "The service completes no arguments: it has neither prompts nor resources.",
    "logging-set-level": "The service sends no log messages to clients.",
}
BOTH = {"tools-list", "dns-rebinding-protection"}
# Scenarios that apply. Each must run, and each of its checks must pass unless it is listed above.
APPLICABLE = {
    STATELESS_VERSION: {
        "server-stateless",
        "tools-list",
        "caching",
        "dns-rebinding-protection",
        "http-header-validation",
    },
    INITIALIZED_VERSIONS[0]: {"server-initialize", "ping", "tools-list", "dns-rebinding-protection"},
}


@pytest.fixture(scope="module")
def mcp_server(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server whose base URL is its own address.

    The MCP conformance suite sends the address of the server in the header `Origin`, so the base URL must be
    the same.
    """
    port = free_port()
    with running_gunicorn(
        f"sqlite:///{demo_file}",
        tmp_path_factory.mktemp("mcp"),
        PORT=str(port),
        BRIEFS_BASE_URL=f"http://localhost:{port}",
        BRIEFS_WORKERS="1",
    ) as server:
        yield server


def is_applicable(scenario: str, check: str) -> bool:
    """Return True unless NOT_APPLICABLE lists the scenario or the check."""
    for name in NOT_APPLICABLE:
        for given in (scenario, f"{scenario} {check}"):
            if given == name or (name.endswith("*") and given.startswith(name[:-1])):
                return False
    return True


def checks_of(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each check that the MCP conformance suite has saved in `folder`.

    Yields:
        The name of the scenario, which is a group of checks, and the result of the check.
    """
    for path in sorted(folder.glob("server-*/checks.json")):
        # The name of the folder ends in the time: -2026-11-30T14-06-56-921Z.
        scenario = path.parent.name.removeprefix("server-").rsplit("-", 6)[0]
        for check in json.loads(path.read_text(encoding="utf-8")):
            yield scenario, check


@pytest.mark.parametrize("version", [STATELESS_VERSION, INITIALIZED_VERSIONS[0]])
def test_all_conformance_scenarios_that_apply_pass(mcp_server: Server, tmp_path: Path, version: str) -> None:
    url = f"http://localhost:{mcp_server.port}/mcp"
    options = ("server", "--url", url, "--requirements", version, "--output-dir", tmp_path)
    run_command("node", "--import", f"file://{LOADER}", SUITE, *options, folder=HERE, is_checked=False)
    checks = list(checks_of(tmp_path))
    assert {scenario for scenario, _ in checks} >= APPLICABLE[version]
    failed = [
        (scenario, check["id"], check.get("errorMessage"))
        for scenario, check in checks
        if check["status"] == "FAILURE" and is_applicable(scenario, check["id"])
    ]
    assert failed == []
    passed = {scenario for scenario, check in checks if check["status"] == "SUCCESS"}
    assert passed >= APPLICABLE[version]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client_says_what_is_new_about_sunrise_and_where(mcp_server: Server, mode: Any) -> None:
    url = f"http://localhost:{mcp_server.port}/mcp"

    async def ask() -> tuple[list[str], str, str, str]:
        async with Client(url, mode=mode) as client:
            tools = await client.list_tools()
            found = await client.call_tool("search_briefs", {"entity": ["sunrise"]})
            assert found.structured_content
            brief = found.structured_content["briefs"][0]
            read = await client.call_tool("read_brief", {"brief": brief["slug"]})
            assert read.structured_content
            takeaway = next(
                each for each in read.structured_content["takeaways"] if "Sunrise" in each["text"]
            )
            number = takeaway["evidence"][0]["paragraph"]
            (text,) = [
                each["text"] for each in read.structured_content["body"] if each["paragraph"] == number
            ]
            failed = await client.call_tool("read_brief", {"brief": "no-such-brief"})
            assert failed.is_error
            return [tool.name for tool in tools.tools], takeaway["text"], takeaway["source"], text

    names, statement, source, text = asyncio.run(ask())
    assert names == list(TOOLS)
    assert statement.startswith("Sunrise (Xi Wang) becomes a leading domestic GPU unicorn")
    assert source.startswith(f"http://localhost:{mcp_server.port}/browse/articles/efficiency-over-excess-")
    assert "#paragraph-" in source
    assert "1 billion RMB" in text
    assert mcp_server.get(source.partition("#")[0].partition(str(mcp_server.port))[2]).status == 200
