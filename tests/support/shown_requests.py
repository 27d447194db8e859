"""Compute the requests that the documentation page (Scalar) shows and sends for each operation."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

DISABLED = "x-disabled"


@dataclass(frozen=True)
class ShownRequest:
    """The request that the documentation page shows for an operation before a user edits it.

    Attributes:
        operation_id: The id of the operation.
        method: The method in lower case.
        tag: The tag of the operation.
        path: The path with the names of its parameters in braces.
        target: The path with the values of its parameters, and the query.
    """

    operation_id: str
    method: str
    tag: str
    path: str
    target: str


def shown_requests(specification: dict[str, Any]) -> list[ShownRequest]:
    """Return the request that the documentation page shows for each operation in `specification`.

    The request is shown as it is before the user edits it.
    """
    return [
        _shown_request(specification, path, method, operation)
        for path, item in specification["paths"].items()
        for method, operation in item.items()
    ]


def _shown_request(
    specification: dict[str, Any], path: str, method: str, operation: dict[str, Any]
) -> ShownRequest:
    parameters = [_resolved(specification, each) for each in operation["parameters"]]
    target, query = path, []
    for parameter in parameters:
        value = sent_value(parameter)
        if parameter["in"] == "path":
            target = target.replace(f"{{{parameter['name']}}}", quote(str(value), safe=""))
        elif parameter["in"] == "query" and value is not None:
            query += [(parameter["name"], each) for each in (value if isinstance(value, list) else [value])]
    target += f"?{urlencode(query)}" if query else ""
    return ShownRequest(operation["operationId"], method, operation["tags"][0], path, target)


def _resolved(specification: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in parameter:
        return parameter
    name = parameter["$ref"].removeprefix("#/components/parameters/")
    resolved: dict[str, Any] = specification["components"]["parameters"][name]
    return resolved


def sent_value(parameter: dict[str, Any]) -> Any:
    """Return the value that Scalar sends for a parameter, or None if it does not send the parameter.

    Scalar takes the first of these that exists: an example without `x-disabled`, the key `example`, the
    default of the schema, an example of the schema. It never takes a value of an enumeration.
    """
    enabled = [each["value"] for each in parameter.get("examples", {}).values() if not each.get(DISABLED)]
    if enabled or "example" in parameter:
        return enabled[0] if enabled else parameter["example"]
    schema = parameter["schema"]
    return schema.get("default", next(iter(schema.get("examples", [schema.get("example")]))))
