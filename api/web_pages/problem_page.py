"""The page that a browser gets in place of a problem in JSON."""

from collections.abc import Iterable, Mapping
from typing import Any
from wsgiref.types import WSGIEnvironment

from api.problem_kinds import ProblemKind
from api.urls import BROWSE_PATH, STATUS_PATHS
from api.web.negotiation import prefers_html
from api.web_pages.templates import CONTENT_SECURITY_POLICY, render

# Errors are always JSON if the path begins with one of these segments, or is one of these paths.
PROGRAM_SEGMENTS = frozenset({"v1", "mcp", ".well-known"})
PROGRAM_PATHS = STATUS_PATHS | {"/openapi.json", "/openapi.yaml"}
PAGE_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
}
RELOAD = "Wait a little, then load the page again."
CHECK_ADDRESS = "Check the address, or search the briefs."
REMOVED = "It can no longer be read here. Search for other briefs about its subject."
# What a reader of the pages should do. For the other kinds, the page has the advice for clients of the API.
READER_ADVICE = {
    ProblemKind.ADDRESS_NOT_FOUND: CHECK_ADDRESS,
    ProblemKind.ARTICLE_NOT_FOUND: CHECK_ADDRESS,
    ProblemKind.STORY_NOT_FOUND: CHECK_ADDRESS,
    ProblemKind.ENTITY_NOT_FOUND: CHECK_ADDRESS,
    ProblemKind.ARTICLE_REMOVED: REMOVED,
    ProblemKind.STORY_REMOVED: REMOVED,
    ProblemKind.INVALID_PARAMETERS: "Correct the following, then try again.",
    ProblemKind.INVALID_CURSOR: "This part of a list can no longer be found. Start again at the first page.",
    ProblemKind.QUOTA_EXCEEDED: RELOAD,
    ProblemKind.INTERNAL_ERROR: "Load the page again. If this lasts, report the number of the request below.",
    ProblemKind.DATABASE_UNAVAILABLE: RELOAD,
    ProblemKind.DATABASE_UNUSABLE: RELOAD,
    ProblemKind.DEADLINE_EXCEEDED: RELOAD,
    ProblemKind.TOO_BUSY: RELOAD,
}


def wants_page(environ: WSGIEnvironment) -> bool:
    """Return True if the client prefers an error as an HTML page.

    Return False for paths that only programs use (PROGRAM_PATHS and PROGRAM_SEGMENTS).
    """
    path = environ["PATH_INFO"]
    is_for_programs = path in PROGRAM_PATHS or path.lstrip("/").partition("/")[0] in PROGRAM_SEGMENTS
    return not is_for_programs and prefers_html(environ.get("HTTP_ACCEPT", ""))


def problem_page(
    kind: ProblemKind, values: Mapping[str, Any], base_url: str, query: Iterable[tuple[str, str]] = ()
) -> bytes:
    """Return the HTML page about a problem.

    Args:
        values: The body of the problem (RFC 9457).
        base_url: The value of BRIEFS_BASE_URL, or an empty text.
        query: The query string of the request, for the search box.
    """
    page = render(
        "problem.html",
        base_url,
        title=kind.title,
        section="",
        alternates=[],
        kind=kind,
        problem=values,
        is_search="errors" in values and values["instance"] == base_url + BROWSE_PATH,
        advice=READER_ADVICE.get(kind, kind.advice),
        query=list(query),
    )
    return page.encode()
