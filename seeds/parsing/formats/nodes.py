"""Values of YAML and JSON with the lines where they are written, so that messages can name the place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import orjson
import yaml

from api.problems import closest_choice
from seeds.escaping import printable, quoted, shortened
from seeds.parsing.document import Rejection, Span
from seeds.parsing.formats.yaml_nodes import TAG_PREFIX, is_null, is_plain

# A brief has three levels, so deeper nesting is an error. YAML aliases can multiply values.
MAX_DEPTH = 6
MAX_VALUES = 200_000
# A string, number, truth value or null of valid JSON, and the white space between values.
TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[^\s,\]}:]+')
SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place.

    Attributes:
        value: A plain value, or nodes in a list or dict. All plain values of YAML are texts.
        span: The first and the last line of the value, from 1.
        path: The place of the value in the document, such as `$.takeaways[1]`.
    """

    value: "str | float | bool | list[Node] | dict[str, Node] | None"
    span: Span
    path: str

    def rejection(self, message: str) -> Rejection:
        """Return a rejection for a fault of this value.

        The path of the value is put before `message`: `must be a list` becomes `$.takeaways must be a list`.
        """
        return Rejection(f"{printable(self.path)} {message}", line=self.span[0])


def yaml_to_node(
    root: yaml.Node, offset: int = 0, *, max_values: int = MAX_VALUES, is_typed: bool = False
) -> Node:
    """Return the YAML node `root` as a `Node`.

    Args:
        root: The node.
        offset: The number of lines above the YAML in its file.
        max_values: The maximum number of values.
        is_typed: True to refuse numbers, dates and other types without quotation marks. False to read them
            as text.

    Raises:
        Rejection: If a key is repeated, or is a list or mapping, if values are too many or nested too deeply,
            or if a value is refused.
    """
    return _YamlReader(offset, max_values, is_typed).read(root, "$")


def check_keys(
    root: Node, allowed: Sequence[str], owner: str, synonyms: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Node]:
    """Return the values of the object `root` by key.

    Args:
        root: A value of YAML or JSON.
        allowed: The keys that the object can have.
        owner: What the object is, for messages, such as `a brief`.
        synonyms: For keys that are not allowed, the allowed key to suggest.

    Raises:
        Rejection: If `root` is not an object, or has a key that is not allowed.
    """
    if not isinstance(root.value, dict):
        keys = ", ".join(allowed)
        raise root.rejection(f"must be an object with the keys {keys}; the value is {shown(root)}")
    for name, node in root.value.items():
        if name not in allowed:
            synonym = synonyms.get(name)
            near = synonym if synonym in allowed else closest_choice(name, list(allowed))
            hint = f"; did you mean '{near}'?" if near else f"; the keys are {', '.join(allowed)}"
            raise node.rejection(f"is not a key of {owner}{hint}")
    return root.value


class _YamlReader:
    def __init__(self, offset: int, max_values: int, is_typed: bool) -> None:
        self._offset, self._max_values, self._is_typed = offset, max_values, is_typed
        self._count = 0

    def read(self, node: yaml.Node, path: str, depth: int = 0) -> Node:
        span = self._span(node)
        self._count += 1
        if depth > MAX_DEPTH or self._count > self._max_values:
            raise Rejection("the YAML has too many values, or is nested too deeply", line=span[0])
        if self._is_typed and not is_plain(node):
            tag = shortened(node.tag.replace(TAG_PREFIX, "!!"))
            message = f"must be text, a list or an object, not a value of the type {tag}"
            raise Rejection(f"{printable(path)} {message}; put text in quotation marks", line=span[0])
        if isinstance(node, yaml.ScalarNode):
            return Node(None if is_null(node) else node.value, span, path)
        if isinstance(node, yaml.SequenceNode):
            items = (self.read(each, f"{path}[{at}]", depth + 1) for at, each in enumerate(node.value))
            return Node(list(items), span, path)
        return Node(self._read_mapping(node, path, depth), span, path)

    def _read_mapping(self, node: yaml.Node, path: str, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Rejection(f"{path} has a key that is not plain text", line=self._span(key)[0])
            child = self.read(value, f"{path}.{key.value[:40]}", depth + 1)
            # The line of a pair is that of its key, also if the value begins below.
            child = Node(child.value, (self._span(key)[0], max(child.span)), child.path)
            if key.value in found:
                raise child.rejection("is repeated")
            found[key.value] = child
        return found

    def _span(self, node: yaml.Node) -> Span:
        first, end = node.start_mark.line + 1, node.end_mark
        last = end.line + 1 if end.column else end.line
        return first + self._offset, max(first, last) + self._offset


def json_to_node(text: str, offset: int = 0) -> Node:
    """Parse JSON text into a `Node`. `offset` is the number of lines above the text in its file.

    Raises:
        Rejection: If the text is not JSON, a key is repeated, or the value is nested too deeply.
    """
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        reason = printable(error.msg.partition(":")[0])
        raise Rejection(f"not JSON: {reason} at column {error.colno}", line=error.lineno + offset) from None
    return _JsonReader(text, offset).read("$")


class _JsonReader:
    """Converts valid JSON text to a `Node`. `offset` is the number of lines above the text in its file."""

    def __init__(self, text: str, offset: int) -> None:
        self._text = text
        self._at = 0
        self._line = 1 + offset

    def read(self, path: str, depth: int = 0) -> Node:
        self._skip_space()
        first = self._line
        if depth > MAX_DEPTH:
            raise Rejection(f"{printable(path)} is nested too deeply", line=first)
        start = self._text[self._at]
        if start == "{":
            mapping = self._read_mapping(path, depth)
            return Node(mapping, (first, self._line), path)
        if start == "[":
            items = [self.read(f"{path}[{at}]", depth + 1) for at, _ in enumerate(self._separated("]"))]
            return Node(items, (first, self._line), path)
        return Node(self._read_scalar(), (first, first), path)

    def _read_mapping(self, path: str, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for _ in self._separated("}"):
            line = self._line
            key = str(self._read_scalar())
            self._skip_space()
            self._at += 1
            child = self.read(f"{path}.{key[:40]}", depth + 1)
            if key in found:
                raise Rejection(f"{printable(child.path)} is repeated", line=line)
            found[key] = child
        return found

    def _separated(self, end: str) -> Iterator[None]:
        """Move to each item of the list or object at the current position, and yield None before the item.

        The caller must read the item before the next step. At the end, the position is after the closing
        bracket `end`.
        """
        self._at += 1
        self._skip_space()
        while self._text[self._at] != end:
            yield
            self._skip_space()
            if self._text[self._at] == ",":
                self._at += 1
                self._skip_space()
        self._at += 1

    def _read_scalar(self) -> str | float | bool | None:
        token = TOKEN.match(self._text, self._at)
        if token is None:
            raise ValueError("the text is not valid JSON")
        self._at = token.end()
        value: str | float | bool | None = orjson.loads(token[0])
        return value

    def _skip_space(self) -> None:
        start, self._at = self._at, self._at + len(SPACE.match(self._text, self._at)[0])  # type: ignore[index]
        self._line += self._text.count("\n", start, self._at)


def shown(node: Node) -> str:
    """Return what kind of value `node` is, for messages: `a list`, `the number 7` or `"text"`."""
    value = node.value
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the value {str(value).lower()}"
    if isinstance(value, list):
        return "a list"
    return "an object with keys" if isinstance(value, dict) else f"the number {value}"
