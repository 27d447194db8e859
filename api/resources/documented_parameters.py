"""The query parameters of an operation in the specification: in the order of use, with named examples."""

from typing import Any

# The key of the named examples in the metadata of a field, as a mapping of names to values.
NAMED_EXAMPLES = "x-examples"
FIRST = ("q",)
# How to sort the matches, which part of them to return, and in which form. All other parameters, which select
# what matches, come before these.
LAST = ("sort", "limit", "cursor", "total", "include", "facets", "facet_limit", "fields")


def documented_parameters(parameters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the OpenAPI descriptions of query parameters in the order in which a reader uses them.

    First comes `q`, then the filters in the order given, then the parameters in LAST.
    """
    return [_with_examples(each) for each in sorted(parameters, key=_rank)]


def _rank(parameter: dict[str, Any]) -> int:
    name = parameter["name"]
    return -1 if name in FIRST else LAST.index(name) + 1 if name in LAST else 0


def _with_examples(parameter: dict[str, Any]) -> dict[str, Any]:
    """Return `parameter` with the named examples of its schema as examples of the parameter itself."""
    schema = dict(parameter["schema"])
    named = schema.pop(NAMED_EXAMPLES, {})
    examples = {
        name: {"summary": name.replace("_", " ").capitalize(), "value": value}
        for name, value in named.items()
    }
    return parameter | {"schema": schema} | ({"examples": examples} if examples else {})
