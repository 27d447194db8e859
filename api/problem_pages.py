"""The pages about problems: an index, and one page for each kind in the table of `api.problem_kinds`."""

import re
from typing import Any

import orjson
from flask import Response, render_template
from markupsafe import Markup, escape

from api.problem_kinds import KINDS_BY_SLUG, PROBLEMS_PATH, ProblemKind
from api.problems import ProblemException, example_problem
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.openapi import TITLE
from api.urls import settings

blueprint = Blueprint(
    "problems",
    __name__,
    template_folder="templates",
    description="The kinds of problems: what each means, and what to do.",
)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
CODE = re.compile(r"`([^`]+)`")
TYPE = PathParameter(
    "type",
    "The name of the kind of problem: the last part of `type` in an error response.",
    ProblemKind.QUOTA_EXCEEDED.slug,
)


@blueprint.resource(PROBLEMS_PATH, {"type": "string"}, content_type="text/html")
def list_problem_types() -> Response:
    """List the kinds of problems.

    Returns an HTML page with all values that `type` can have in an error response.
    """
    return _page("problem_kinds.html", kinds=sorted(ProblemKind, key=lambda kind: kind.status))


@blueprint.resource(f"{PROBLEMS_PATH}/<type>", {"type": "string"}, path=TYPE, content_type="text/html")
def get_problem_type(type: str) -> Response:
    """Get the description of a kind of problem.

    Returns an HTML page: what the problem means, what the client should do, and an example. The `type` of an
    error response is the URL of this page.
    """
    kind = KINDS_BY_SLUG.get(type)
    if kind is None:
        raise ProblemException(ProblemKind.ADDRESS_NOT_FOUND)
    example = orjson.dumps(example_problem(kind, settings().base_url), option=orjson.OPT_INDENT_2).decode()
    return _page("problem_kind.html", kind=kind, example=example)


def _page(template: str, **values: Any) -> Response:
    body = render_template(template, title=TITLE, with_code=with_code, **values)
    return Response(body, mimetype="text/html", headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


def with_code(text: str) -> Markup:
    """Return `text` as HTML, with the parts in backticks as code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 -- the text is escaped
