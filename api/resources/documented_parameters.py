"""Sort the query parameters of an operation for the specification, and add their named examples."""

from typing import Any

# The key in the metadata of a field for named examples: a mapping of names to values.
NAMED_EXAMPLES = "x-examples"
FIRST_PARAMETERS = ("q",)
# The parameters for the order and the content of the response. The parameters that filter come before these.
LAST_PARAMETERS = ("sort", "limit", "cursor", "total", "include", "facets", "facet_limit", "fields")


def documented_parameters(parameters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the OpenAPI descriptions of query parameters, sorted for readers, with named examples.

    First comes `q`, then the filters in the given order, then the parameters in LAST_PARAMETERS.
    """
    return [_with_examples(each) for each in sorted(parameters, key=_rank)]


def _rank(parameter: dict[str, Any]) -> int:
    name = parameter["name"]
    return (
        -1 if name in FIRST_PARAMETERS else LAST_PARAMETERS.index(name) + 1 if name in LAST_PARAMETERS else 0
    )


def _with_examples(parameter: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI description of a parameter with its named examples in the key `examples`.

    In the argument, the examples are in the schema of the parameter, under the key NAMED_EXAMPLES.
    """
    schema = dict(parameter["schema"])
    named = schema.pop(NAMED_EXAMPLES, {})
    examples = {
        name: {"summary": name.replace("_", " ").capitalize(), "value": value}
        for name, value in named.items()
    }
    return parameter | {"schema": schema} | ({"examples": examples} if examples else {})
