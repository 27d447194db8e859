"""The blueprint of every resource: strict parameters, and each operation's whole documentation."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Response, jsonify
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema

from api.resources.parameters import NoParameters, StrictParser
from api.resources.serialization import Shape, dump, sparse_shape

View = TypeVar("View", bound=Callable[..., Any])

# What any operation may answer besides its success.
COMMON = (304, 406, 412, 414, 500, 503)


@dataclass(frozen=True)
class PathParameter:
    """A parameter of a path, and the statuses that looking it up can answer.

    `pattern` is the regular expression of what it can be, `under` the parameter before it.
    """

    name: str
    description: str
    example: str
    statuses: tuple[int, ...] = (404,)
    pattern: str | None = None
    under: "PathParameter | None" = None

    def whole(self) -> "list[PathParameter]":
        """Give every parameter of the path as far as this one."""
        return [*(self.under.whole() if self.under else []), self]

    def document(self) -> dict[str, Any]:
        """Give the OpenAPI Parameter Object."""
        said = {"in": "path", "name": self.name, "description": self.description, "example": self.example}
        return said | ({"schema": {"type": "string", "pattern": self.pattern}} if self.pattern else {})


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # flask-smorest has no types.
    """flask-smorest's blueprint with our parser and one decorator for what each route says."""

    ARGUMENTS_PARSER = StrictParser()

    def resource(
        self,
        rule: str,
        shape: type[Shape] | dict[str, Any],
        *,
        query: type[Schema] = NoParameters,
        path: PathParameter | None = None,
        content_type: str | None = None,
    ) -> Callable[[View], View]:
        """Register a view for GET, answering `shape`, and document all that it can answer.

        `path` is the last parameter of the path.

        A view takes the loaded `query` first, unless that is NoParameters, then what is in its path. It gives
        the object to serialize, perhaps with headers, or a response, whose body has that shape.
        The operation's id is the view's name in camel case.
        """

        in_path = path.whole() if path else []
        statuses = dict.fromkeys((*COMMON, *(status for each in in_path for status in each.statuses)))

        def register(view: View) -> View:
            first, *rest = view.__name__.split("_")
            answered = view if isinstance(shape, dict) else _serialized(view, shape)
            decorated = self.doc(operationId=first + "".join(word.capitalize() for word in rest))(answered)
            for status in statuses:
                decorated = self.alt_response(status, HTTPStatus(status).name)(decorated)
            said = "The file." if isinstance(shape, dict) else shape.__doc__ or "One page of the collection."
            documented = {"schema": _documented(shape, query), "content_type": content_type}
            decorated = self.response(200, description=said, **documented)(decorated)
            bare = query is NoParameters
            decorated = self.arguments(query, location="query", as_kwargs=bare)(decorated)
            parameters = [each.document() for each in in_path]
            self.add_url_rule(rule, view.__name__, decorated, parameters=parameters)
            return view

        return register


def _serialized(view: Callable[..., Any], shape: type[Shape]) -> Callable[..., Response]:
    @wraps(view)
    def answer(*arguments: Any, **in_path: Any) -> Response:
        given = view(*arguments, **in_path)
        if isinstance(given, Response):
            return given
        value, headers = given if isinstance(given, tuple) else (given, {})
        response = jsonify(dump(shape, value, arguments[0] if arguments else {}))
        response.headers.update(headers)
        return response

    return answer


def _documented(shape: type[Shape] | dict[str, Any], query: type[Schema]) -> type[Shape] | dict[str, Any]:
    if isinstance(shape, dict) or "fields" not in query().fields:
        return shape
    return {"anyOf": [shape, sparse_shape(shape)]}
