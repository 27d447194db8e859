"""The blueprint of every resource: strict parameters, and each operation's whole documentation."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema

from api.parameters import NoParameters, StrictParser

View = TypeVar("View", bound=Callable[..., Any])
Shape = type[Schema] | dict[str, Any]

# What any operation may answer besides its success.
COMMON = (304, 406, 412, 414, 500, 503)


@dataclass(frozen=True)
class PathParameter:
    """The one parameter of a path, and the statuses that looking it up can answer."""

    name: str
    description: str
    example: str
    statuses: tuple[int, ...] = (404,)

    def document(self) -> dict[str, Any]:
        """Give the OpenAPI Parameter Object."""
        return {"in": "path", "name": self.name, "description": self.description, "example": self.example}


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # flask-smorest has no types.
    """flask-smorest's blueprint with our parser and one decorator for what each route says."""

    ARGUMENTS_PARSER = StrictParser()

    def resource(
        self,
        rule: str,
        shape: Shape,
        *,
        query: type[Schema] = NoParameters,
        path: PathParameter | None = None,
        content_type: str | None = None,
    ) -> Callable[[View], View]:
        """Register a view for GET, answering `shape`, and document all that it can answer.

        A view takes the loaded `query` first, unless that is NoParameters, then what is in its path.
        The operation's id is the view's name in camel case.
        """

        def register(view: View) -> View:
            first, *rest = view.__name__.split("_")
            decorated = self.doc(operationId=first + "".join(word.capitalize() for word in rest))(view)
            for status in (*COMMON, *(path.statuses if path else ())):
                decorated = self.alt_response(status, HTTPStatus(status).name)(decorated)
            said = "The file." if isinstance(shape, dict) else shape.__doc__ or "One page of the collection."
            decorated = self.response(200, shape, content_type=content_type, description=said)(decorated)
            bare = query is NoParameters
            decorated = self.arguments(query, location="query", as_kwargs=bare)(decorated)
            parameters = [path.document()] if path else None
            self.add_url_rule(rule, view.__name__, decorated, parameters=parameters)
            return view

        return register
