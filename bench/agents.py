"""Compare the CPU time of searches by HTTP and by MCP: `python -m bench.agents`.

The same searches are sent to `/v1/articles` and to the MCP tool `search_briefs`, without a server or a
network. The database is at DATABASE_URL or, if it is not set, that of `make demo`.
"""

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.mcp_server.versions import CAPABILITIES_KEY, STATELESS_VERSION, VERSION_KEY

DATABASE = Path(__file__).parents[1] / "instance" / "demo.db"
REQUESTS = 300
SEARCHES: dict[str, dict[str, Any]] = {
    "a word": {"q": "hallowick"},
    "an entity": {"entity": ["lanner-1"]},
    "the newest": {},
}


def main() -> None:
    """Print a Markdown table with the CPU time of searches: by HTTP, by MCP, and their ratio.

    A row is a search, sent to `/v1/articles` and to the MCP tool `search_briefs`.
    """
    url = os.environ.get("DATABASE_URL", f"sqlite:///{DATABASE}")
    # Without the byte cache, the service computes the answer of each request.
    client = create_app({"DATABASE_URL": url, "BRIEFS_CACHE_BYTES": "0"}).test_client()
    print("| search | HTTP, µs | tool, µs | ratio |\n| --- | ---: | ---: | ---: |")
    for name, arguments in SEARCHES.items():
        parts = "highlights,takeaways,body" if "q" in arguments else "takeaways"
        query = arguments | {"limit": "5", "include": parts}
        http = microseconds(partial(client.get, "/v1/articles", query_string=query))
        tool = microseconds(partial(call, client, arguments))
        print(f"| {name} | {http:,.0f} | {tool:,.0f} | {tool / http:.2f} |")


def call(client: FlaskClient, arguments: object) -> TestResponse:
    """Call the MCP tool `search_briefs` with `arguments`, and return the HTTP response."""
    params = {"name": "search_briefs", "arguments": arguments}
    meta = {VERSION_KEY: STATELESS_VERSION, CAPABILITIES_KEY: {}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params | {"_meta": meta}}
    headers = {
        "Content-Type": "application/json",
        "MCP-Protocol-Version": STATELESS_VERSION,
        "Mcp-Method": "tools/call",
        "Mcp-Name": "search_briefs",
    }
    return client.post("/mcp", data=orjson.dumps(message), headers=headers)


def microseconds(request: Callable[[], TestResponse]) -> float:
    """Call `request` many times, and return the mean CPU time of a call in microseconds.

    `request` sends a request and returns the response. Before the measurement, it is called 20 times.
    """
    for _ in range(20):
        response = request()
        if response.status_code != 200:
            sys.exit(f"status {response.status}: run `make demo` once, or set DATABASE_URL")
    started = time.process_time()
    for _ in range(REQUESTS):
        request()
    return (time.process_time() - started) / REQUESTS * 1e6


if __name__ == "__main__":
    main()
