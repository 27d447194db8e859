"""The pages about problems: an index, and one page for each kind in the table of `api.problem_kinds`."""

import orjson
from flask import Response

from api.media_types import HTML
from api.problem_kinds import KINDS_BY_SLUG, PROBLEMS_PATH, ProblemKind
from api.problems import ProblemException, example_problem
from api.resources.blueprint import Blueprint, PathParameter
from api.urls import settings
from api.web_pages.blueprint import page_response

blueprint = Blueprint(
    "problems",
    __name__,
    description="Look up what an error means and what to do about it.",
)

TYPE = PathParameter(
    "type",
    "The name of the kind of problem: the last part of `type` in an error response.",
    ProblemKind.QUOTA_EXCEEDED.slug,
)


@blueprint.resource(PROBLEMS_PATH, {"type": "string"}, content_type=HTML)
def list_problem_types() -> Response:
    """List the kinds of problems.

    Returns an HTML page with all values that `type` can have in an error response.
    """
    kinds = sorted(ProblemKind, key=lambda kind: kind.status)
    return page_response("problem_kinds.html", title="Errors", kinds=kinds)


@blueprint.resource(f"{PROBLEMS_PATH}/<type>", {"type": "string"}, path=TYPE, content_type=HTML)
def get_problem_type(type: str) -> Response:
    """Get the description of a kind of problem.

    Returns an HTML page: what the problem means, what the client should do, and an example. The `type` of an
    error response is the URL of this page.
    """
    kind = KINDS_BY_SLUG.get(type)
    if kind is None:
        raise ProblemException(ProblemKind.ADDRESS_NOT_FOUND)
    example = orjson.dumps(example_problem(kind, settings().base_url), option=orjson.OPT_INDENT_2).decode()
    return page_response("problem_kind.html", title=kind.title, kind=kind, example=example)
