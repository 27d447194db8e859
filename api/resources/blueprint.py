"""The blueprint class of all resources: it parses queries, makes JSON responses and documents operations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

import orjson
from flask import Response, request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema

from api.media_types import JSON
from api.resources.deprecation import DEPRECATION_HEADERS, Deprecation
from api.resources.parameters import NoParameters, StrictParser
from api.resources.serialization import Shape, sparse_shape
from api.urls import ALWAYS_ADMITTED_PATHS

View = TypeVar("View", bound=Callable[..., Any])
Headers = Mapping[str, tuple[str, str]]
"""The description and an example of each header for the specification, by the name of the header."""
NO_HEADERS: Headers = {}

# The statuses besides 200 that every operation of the API can return.
COMMON_STATUSES = (304, 406, 412, 414, 500, 503)
# Streams have no ETag, so they are never answered with 304.
STREAM_STATUSES = tuple(status for status in COMMON_STATUSES if status != 304)
# The statuses of requests that are not admitted.
ADMISSION_STATUSES = (401, 429)


@dataclass(frozen=True)
class PathParameter:
    """A parameter in the path of a URL, such as `article` in `/v1/articles/<article>`.

    Attributes:
        name: The name in the URL rule.
        description: The description in the OpenAPI specification.
        example: A value that exists in the demonstration data.
        statuses: The HTTP statuses besides 200 that the value can lead to, such as 404.
        pattern: The regular expression of valid values, for the specification.
        parent: The previous parameter of the path, or None.
    """

    name: str
    description: str
    example: str
    statuses: tuple[int, ...] = (404,)
    pattern: str | None = None
    parent: "PathParameter | None" = None

    def with_parents(self) -> "list[PathParameter]":
        """Return all parameters of the path up to this parameter, in order."""
        return [*(self.parent.with_parents() if self.parent else []), self]

    def parameter_object(self) -> dict[str, Any]:
        """Return the description of this parameter as an OpenAPI Parameter Object."""
        parameter = {
            "in": "path",
            "name": self.name,
            "description": self.description,
            "example": self.example,
        }
        return parameter | ({"schema": {"type": "string", "pattern": self.pattern}} if self.pattern else {})


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # flask-smorest has no types.
    """A flask-smorest blueprint with a single decorator that registers and documents a resource."""

    # The decorators of flask-smorest are used for their documentation only. In a request they would be slow:
    # each adds a wrapper to the view, and webargs creates a schema for each request.

    ARGUMENTS_PARSER = StrictParser()

    def resource(  # noqa: PLR0913 -- each argument is an independent property of the resource
        self,
        rule: str,
        shape: type[Shape] | dict[str, Any],
        *,
        query: type[Schema] = NoParameters,
        path: PathParameter | None = None,
        content_type: str | None = None,
        is_stream: bool = False,
        headers: Headers = NO_HEADERS,
        deprecation: Deprecation | None = None,
    ) -> Callable[[View], View]:
        """Return a decorator that registers a view for GET requests and documents all of its responses.

        The view takes the path parameters by name. Its first argument is the loaded query, unless `query` is
        NoParameters. The view returns the JSON values of the body, a tuple `(values, headers)`, or a Flask
        Response. The name of the view in camel case is the operation id.

        Args:
            shape: The schema class of the body, or a JSON Schema if the view returns a Response.
            query: The schema of the query parameters.
            path: The last parameter of the path, or None.
            content_type: The media type of the response, or None for JSON.
            is_stream: True if the view returns a stream. The path must then be in `STREAM_PATHS`.
            headers: A description and an example of each header that only this resource has.
            deprecation: The announcement that the resource is deprecated, or None.
        """
        if deprecation:
            headers = {**headers, **DEPRECATION_HEADERS}
        path_parameters = path.with_parents() if path else []

        def register(view: View) -> View:
            statuses = STREAM_STATUSES if is_stream else COMMON_STATUSES
            if rule not in ALWAYS_ADMITTED_PATHS:
                statuses = (*ADMISSION_STATUSES, *statuses)
            documented = self._document(view, shape, query, path_parameters, content_type, statuses, headers)
            if deprecation:
                documented = self.doc(deprecated=True)(documented)
            # `wraps` copies the documentation that flask-smorest keeps on the function.
            answer = wraps(documented)(self._answer(view, query, deprecation))
            parameters = [each.parameter_object() for each in path_parameters]
            self.add_url_rule(rule, view.__name__, answer, parameters=parameters)
            return view

        return register

    def _answer(
        self, view: Callable[..., Any], query: type[Schema], deprecation: Deprecation | None
    ) -> Callable[..., Response]:
        """Return the function that Flask calls for a request.

        The function parses the query string, calls `view`, and returns the result as JSON.

        Args:
            query: The schema of the query string.
            deprecation: The announcement to send in response headers, or None.
        """
        # With `partial`, marshmallow skips missing parameters. `PageParameters` adds all defaults.
        schema, parse, takes_query = (
            query(partial=True),
            self.ARGUMENTS_PARSER.parse,
            query is not NoParameters,
        )
        defaults = schema.load({})

        def answer(**path_values: Any) -> Response:
            has_query = bool(request.query_string)
            parameters = parse(schema, request, location="query") if has_query else dict(defaults)
            result = view(parameters, **path_values) if takes_query else view(**path_values)
            if isinstance(result, Response):
                return result
            value, headers = result if isinstance(result, tuple) else (result, None)
            return Response(orjson.dumps(value), mimetype=JSON, headers=headers)

        return (lambda **values: deprecation.announce(answer(**values))) if deprecation else answer

    def _document(
        self,
        view: Callable[..., Any],
        shape: type[Shape] | dict[str, Any],
        query: type[Schema],
        path_parameters: list[PathParameter],
        content_type: str | None,
        statuses: tuple[int, ...],
        headers: Headers,
    ) -> Callable[..., Any]:
        """Return a function that only carries the OpenAPI documentation of `view`.

        Args:
            view: The function that answers requests. Its name in camel case is the operation id.
            shape: The schema class of the body, or a JSON Schema.
            query: The schema of the query parameters.
            path_parameters: All parameters of the path.
            content_type: The media type of the response, or None for JSON.
            statuses: The HTTP statuses besides 200 that do not depend on a path parameter.
            headers: A description and an example of each header that only this resource has.
        """
        first_word, *words = view.__name__.split("_")
        operation_id = first_word + "".join(word.capitalize() for word in words)
        documented = self.doc(operationId=operation_id)(view)
        path_statuses = (status for each in path_parameters for status in each.statuses)
        for status in dict.fromkeys((*statuses, *path_statuses)):
            documented = self.alt_response(status, HTTPStatus(status).name)(documented)
        description = (
            "The file." if isinstance(shape, dict) else shape.__doc__ or "One page of the collection."
        )
        documented = self.response(
            200,
            _response_schema(shape, query),
            description=description,
            content_type=content_type,
            headers={name: header_object(*each) for name, each in headers.items()},
        )(documented)
        return self.arguments(query, location="query")(documented)  # type: ignore[no-any-return]


def header_object(description: str, example: str) -> dict[str, Any]:
    """Return the OpenAPI Header Object of a response header whose value is a string."""
    return {"description": description, "schema": {"type": "string"}, "example": example}


def _response_schema(
    shape: type[Shape] | dict[str, Any], query: type[Schema]
) -> type[Shape] | dict[str, Any]:
    if isinstance(shape, dict) or "fields" not in query().fields:
        return shape
    return {"anyOf": [shape, sparse_shape(shape)]}
