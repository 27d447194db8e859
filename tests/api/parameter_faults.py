"""Generate valid and invalid values for each query parameter of the API, from its OpenAPI schema."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask

from tests.api.routes import rules_of
from tests.api.rows import STORY_SIZE, corpus_rows, insert_rows, row_id
from tests.api.specification import specification_of

# An invalid value and the expected suggestion.
Fault = tuple[str, str | None]

DAY = "2026-04-21"
TIMES: list[Fault] = [
    (f"{DAY}T09:30:00", f"{DAY}T09:30:00Z"),
    (f"{DAY}T09:30", f"{DAY}T09:30:00Z"),
    (f"{DAY} 09:30:00Z", f"{DAY}T09:30:00Z"),
    (f"{DAY}T09:30:00 02:00", f"{DAY}T09:30:00+02:00"),
    ("", None),
    ("yesterday", None),
    ("1776763800", None),
    ("2026-13-01T00:00:00Z", None),
    ("2026-02-30T00:00:00Z", None),
    ("2026-02-30", None),
    (f"{DAY}T25:00:00Z", None),
    (f"{DAY}T09:30:00+24:00", None),
    ("10000-01-01T00:00:00Z", None),
]
QUERIES: list[Fault] = [
    (value, None) for value in ("-lamp", '-"old quay"', "OR", "& !", " ", "\0", "a " * 51)
]
WINDOWS: list[Fault] = [("7", "7d"), ("366", None)]
WINDOWS += [(value, None) for value in ("", "0d", "366d", "07d", "1w", "-1d", "7D", "7d ", "week", "٣d")]
PREFIXES: list[Fault] = [(" ", None), ("\u0301", None), ("a\0", None)]


@dataclass(frozen=True)
class Parameter:
    """A query parameter in the specification.

    `address` is a URL path that accepts the parameter. `examples` are example values from the specification.
    """

    address: str
    name: str
    schema: dict[str, Any]
    examples: tuple[Any, ...] = ()

    @property
    def is_repeatable(self) -> bool:
        return bool(self.schema["type"] == "array")

    @property
    def is_separated(self) -> bool:
        """Return True if several values are separated by commas.

        Parameters for publications are repeated instead, because the name of a publication can contain a
        comma.
        """
        return self.is_repeatable and not self.name.startswith("publication")

    @property
    def names(self) -> list[str]:
        """Return the only allowed values of a repeatable parameter, or an empty list for other parameters."""
        names: list[str] = self.schema.get("items", {}).get("enum", [])
        return names

    def faults(self) -> Iterator[Fault]:
        """Yield invalid values, each with the correction that the response must suggest, or None."""
        kind, words = self.schema["type"], self.schema.get("enum")
        if self.name == "cursor":
            yield from [("", None), ("garbage", None), ("WyJhIl0.signature", None), ("凌\0", None)]
        elif kind == "integer":
            below, above = self.schema["minimum"] - 1, self.schema["maximum"] + 1
            yield from ((value, None) for value in (str(below), str(above), "ten", "1.5", "-1", ""))
        elif kind == "boolean":
            yield from _wrong_words(["true", "false"])
        elif words:
            yield from _wrong_words(words)
        elif self.names:
            yield from _wrong_lists(self.names)
        elif self.schema.get("format") == "date-time":
            yield from TIMES
        elif self.name == "window":
            yield from WINDOWS
        else:
            yield from self._wrong_texts()

    def _wrong_texts(self) -> Iterator[Fault]:
        schema = self.schema["items"] if self.is_repeatable else self.schema
        assert schema["type"] == "string"
        yield from [("", None), ("x" * (schema["maxLength"] + 1), None)]
        if self.is_separated:
            most = self.schema["maxItems"]
            yield from [(",", None), ("a,,b", None), ("a,", None)]
            yield ",".join(map(str, range(most + 1))), None
        if self.name == "q":
            collection = self.address.removesuffix(".csv").removesuffix(".ndjson")
            yield from PREFIXES if collection.endswith(("/entities", "/co-mentioned")) else QUERIES

    def values(self) -> list[str]:
        """Return valid values of this parameter, first the examples of the specification.

        Values that are valid only together with a different parameter are left out.
        """
        schema = self.schema
        given = [_written(value) for value in self.examples]
        if schema.get("default") not in (None, []):
            given.append(_written(schema["default"]))
        if self.names:
            names = [name for name in self.names if name != "highlights"]
            given += [*names, ",".join(names), ",".join(reversed(names))]
        if schema["type"] == "boolean":
            given += ["true", "false"]
        return given + [word for word in schema.get("enum", []) if word != "relevance"] or ["lamp"]


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value[0] if isinstance(value, list) else value)


def without_a_letter(word: str) -> str:
    """Return `word` without one of its letters, like a typing error."""
    return word[:1] + word[2:] if len(word) > 2 else word[1:]


def _wrong_words(words: list[str]) -> Iterator[Fault]:
    yield from [("", None), ("zzz", None), ("\0", None), ("凌通", None)]
    for word in words:
        yield from ((wrong, word) for wrong in (without_a_letter(word), word.upper(), f" {word}"))


def _wrong_lists(names: list[str]) -> Iterator[Fault]:
    first, second = names[:2]
    yield from [
        ("", None),
        (",", None),
        (f"{first},,{second}", None),
        (f"{first},", None),
        (f",{first}", None),
    ]
    yield from [("zzz", None), (f"{first},zzz", None)]
    yield from [(f"{first}, {second}", second)]
    for name in names:
        yield from [(without_a_letter(name), name), (name.upper(), name)]
        if name != first:
            yield f"{first},{without_a_letter(name)}", name


def fill(app: Flask) -> None:
    """Insert test rows into the database of `app`.

    Each URL path that the function `parameters` returns then leads to a resource.
    """
    insert_rows(app, corpus_rows(articles=2 * STORY_SIZE, entities=3))


def parameters(app: Flask) -> dict[str, list[Parameter]]:
    """Return the query parameters of each route of `app`.

    The keys are example paths, one for each route, such as `/v1/articles/slug-0`. If the function `fill` has
    filled the database, each path leads to a resource.
    """
    values = {
        "article": "slug-0",
        "story": "slug-0",
        "entity": "entity-0",
        "takeaway": str(row_id("takeaway", 0, 1)),
        "related_link": str(row_id("link", 0, 1)),
        "revision": "1",
        "asset": "docs.js",
        "type": "quota-exceeded",
    }
    paths, adapter = specification_of(app)["paths"], app.url_map.bind("localhost")
    found: dict[str, list[Parameter]] = {}
    for rule in rules_of(app):
        address = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
        documented = rule.rule.replace("<path:", "{").replace("<", "{").replace(">", "}")
        of_route = paths[documented]["get"].get("parameters", [])
        in_query = [each for each in of_route if each["in"] == "query"]
        found[address] = [
            Parameter(
                address,
                each["name"],
                each["schema"],
                tuple(example["value"] for example in each.get("examples", {}).values()),
            )
            for each in in_query
        ]
    return found
