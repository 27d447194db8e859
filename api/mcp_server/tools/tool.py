"""A tool of the Model Context Protocol: its description, its arguments and its function."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.problems import closest_choice

Values = dict[str, Any]
# By type of a JSON Schema: the Python type, and the name for error messages.
TYPES: dict[str, tuple[type, str]] = {
    "string": (str, "a text"),
    "integer": (int, "an integer"),
    "boolean": (bool, "true or false"),
    "array": (list, "a list of texts"),
}
# Tools only read the database of this service. A repeated call changes nothing (`idempotentHint`), and no
# tool reaches other services (`openWorldHint`).
ANNOTATIONS = {
    "readOnlyHint": True,
    "destructiveHint": False,
    "idempotentHint": True,
    "openWorldHint": False,
}


class ToolError(Exception):
    """A tool call that failed. The message tells the language model what to do next."""


@dataclass(frozen=True)
class Tool:
    """A tool that a language model can call.

    Attributes:
        name: The name.
        title: The name for people.
        description: What the tool returns and when to use it, for the language model.
        arguments: The JSON Schema of each argument, by name.
        output: The JSON Schema of the answer.
        run: The function that returns the answer for checked arguments.
        required: The names of the arguments that every call must have.
    """

    name: str
    title: str
    description: str
    arguments: Mapping[str, Values]
    output: Values
    run: Callable[[Values], Values]
    required: Sequence[str] = ()

    def definition(self) -> Values:
        """Return the description of the tool, as `tools/list` returns it."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": {
                "type": "object",
                "properties": dict(self.arguments),
                "required": list(self.required),
                "additionalProperties": False,
            },
            "outputSchema": self.output,
            "annotations": ANNOTATIONS,
        }

    def check(self, given: Values) -> Values:
        """Check `given`, the arguments of a call, and return them without the arguments that are null.

        A single text in place of a list becomes a list. The ranges of numbers are not checked here, but later
        by the HTTP API.

        Raises:
            ToolError: An argument is unknown, or has a wrong type or a value that is not allowed; or a
                required argument is missing or empty.
        """
        arguments = {name: value for name, value in given.items() if value is not None}
        for name in self.required:
            if name not in arguments:
                raise ToolError(f"The argument `{name}` is missing. {self.arguments[name]['description']}")
            if isinstance(arguments[name], str) and not arguments[name].strip():
                raise ToolError(f"The argument `{name}` is empty. {self.arguments[name]['description']}")
        return {name: self._checked(name, value) for name, value in arguments.items()}

    def _checked(self, name: str, value: Any) -> Any:
        schema = self.arguments.get(name)
        if schema is None:
            names = list(self.arguments)
            likely = closest_choice(name, names)
            hint = f" Did you mean `{likely}`?" if likely else ""
            raise ToolError(f"`{name}` is not an argument. Arguments: {', '.join(names)}.{hint}")
        # Language models often send one text in place of a list.
        checked = [value] if schema["type"] == "array" and isinstance(value, str) else value
        kind, kind_name = TYPES[schema["type"]]
        has_type = isinstance(checked, kind) and not (kind is int and isinstance(checked, bool))
        if not has_type or (kind is list and not all(isinstance(each, str) for each in checked)):
            raise ToolError(f"The argument `{name}` must be {kind_name}.")
        choices = schema.get("items", schema).get("enum")
        wrong = [each for each in (checked if kind is list else [checked]) if choices and each not in choices]
        if wrong:
            raise ToolError(f"The argument `{name}` must be one of: {', '.join(choices)}.")
        return checked
