"""The page that a browser gets in place of a problem in JSON."""

from collections.abc import Mapping
from typing import Any
from wsgiref.types import WSGIEnvironment

from api.pages.templates import CONTENT_SECURITY_POLICY, render
from api.problem_kinds import ProblemKind
from api.urls import STATUS_PATHS
from api.web.negotiation import prefers_html

# Errors are always JSON if the path begins with one of these segments, or is one of these paths.
PROGRAM_SEGMENTS = frozenset({"v1", "mcp", ".well-known"})
PROGRAM_PATHS = STATUS_PATHS | {"/openapi.json", "/openapi.yaml"}
PAGE_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
}


def wants_page(environ: WSGIEnvironment) -> bool:
    """Return True if errors are sent as pages: the client prefers HTML, and the path is not for programs."""
    path = environ["PATH_INFO"]
    is_for_programs = path in PROGRAM_PATHS or path.lstrip("/").partition("/")[0] in PROGRAM_SEGMENTS
    return not is_for_programs and prefers_html(environ.get("HTTP_ACCEPT", ""))


def problem_page(kind: ProblemKind, values: Mapping[str, Any], base_url: str) -> bytes:
    """Return the HTML page about a problem, with the same texts as its JSON.

    Args:
        kind: The kind of the problem.
        values: The body of the problem (RFC 9457).
        base_url: The value of BRIEFS_BASE_URL, or an empty text.
    """
    page = render(
        "problem.html", base_url, title=kind.title, section="", alternates=[], kind=kind, problem=values
    )
    return page.encode()
