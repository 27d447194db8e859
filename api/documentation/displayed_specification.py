"""Shorten the specification for the documentation page, and choose the parameters that the page sends.

The program Scalar shows the page. It sends every parameter that has a default or an example. This module
switches off all but `limit` and the parameters of the path.
"""

from collections.abc import Mapping
from typing import Any

import orjson

Json = dict[str, Any]

# Scalar does not send an example with this key until the reader switches on the parameter.
DISABLED = "x-disabled"
# The parameters that the page sends although they are not part of the path. With few parameters,
# the first request of each operation finds something.
SENT_PARAMETERS = frozenset({"limit"})
PARAMETER_REFERENCE = "#/components/parameters/"
ERROR = "default"


def displayed_specification(document: Json, locations: Mapping[str, str]) -> Json:
    """Return the OpenAPI document for the documentation page, made from the complete `document`.

    - Tags have names with capitals and spaces.
    - Each operation has a single response for all errors, whose description lists their statuses.
    - Each parameter in `locations` is described once, in `components`.

    Args:
        locations: The location of each shared parameter, `path` or `query`, by name.
    """
    parameters: Json = {}
    paths = {path: _displayed_path(item, locations, parameters) for path, item in document["paths"].items()}
    tags = [each | {"x-displayName": display_name(each["name"])} for each in document["tags"]]
    components = document["components"] | {"parameters": parameters}
    return document | {"tags": tags, "paths": paths, "components": components}


def with_values(displayed: Json, values: Mapping[str, Any]) -> Json:
    """Return `displayed`, an OpenAPI document, with other example values for some parameters.

    The documentation page fills in these values and sends them. The keys of `values` are the names of the
    parameters. Other parameters stay unchanged.
    """
    components = displayed["components"]
    parameters = {
        name: _without_examples(each) | {"example": values[name]} if name in values else each
        for name, each in components["parameters"].items()
    }
    return displayed | {"components": components | {"parameters": parameters}}


def display_name(tag: str) -> str:
    """Return the name of a tag for readers: `Related links` for `related-links`."""
    return tag.replace("-", " ").capitalize()


def _displayed_path(item: Json, locations: Mapping[str, str], components: Json) -> Json:
    """Return the OpenAPI path item `item` in the form for the documentation page.

    Each operation lists all of its parameters.

    Args:
        item: The path item of the complete document.
        locations: The location (`path` or `query`) of each parameter to share, by name.
        components: The shared parameters by name. The function adds to this dictionary.
    """
    shared = item.get("parameters", [])
    operations = {}
    for method, operation in item.items():
        if method != "parameters":
            parameters = [
                _displayed_or_reference(each, locations, components)
                for each in [*shared, *operation.get("parameters", [])]
            ]
            responses = _displayed_responses(operation["responses"])
            operations[method] = operation | {"parameters": parameters, "responses": responses}
    return operations


def _displayed_or_reference(parameter: Json, locations: Mapping[str, str], components: Json) -> Json:
    name, displayed = parameter["name"], _displayed_parameter(parameter)
    is_shared = locations.get(name) == parameter["in"]
    if is_shared and components.setdefault(name, displayed) == displayed:
        return {"$ref": f"{PARAMETER_REFERENCE}{name}"}
    return displayed


def _displayed_parameter(parameter: Json) -> Json:
    """Return a copy of an OpenAPI parameter that the documentation page shows but does not send.

    Examples get the key `x-disabled`, and the default moves to the description. Path parameters and
    SENT_PARAMETERS are returned unchanged.
    """
    # The page sends a parameter if it has an example or a default.
    if parameter["in"] == "path" or parameter["name"] in SENT_PARAMETERS:
        return parameter
    schema = dict(parameter["schema"])
    changes: Json = {"schema": schema}
    if "default" in schema:
        default = orjson.dumps(schema.pop("default")).decode().strip('"')
        changes["description"] = f"{parameter['description']} The default is `{default}`."
    if "examples" in parameter:
        examples = parameter["examples"].items()
        changes["examples"] = {name: each | {DISABLED: True} for name, each in examples}
    return parameter | changes


def _without_examples(parameter: Json) -> Json:
    return {key: value for key, value in parameter.items() if key != "examples"}


def _displayed_responses(responses: Json) -> Json:
    """Return the responses of an operation by status, with a single response in place of all errors."""
    errors = [status for status in responses if status >= "400"]
    others = {status: each for status, each in responses.items() if status not in errors}
    return others | {ERROR: _error_response(errors)} if errors else others


def _error_response(statuses: list[str]) -> Json:
    description = (
        f"An error as a problem (RFC 9457), with the status {', '.join(statuses[:-1])} or {statuses[-1]}. "
        "Its `type` is the address of a page that says what to do."
    )
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}
