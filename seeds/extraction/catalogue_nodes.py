"""Parse the YAML text of the catalogue into nodes, which have lines, and describe nodes for messages.

The catalogue is the file of known entities. It contains only texts, lists and objects.
"""

from typing import Any

import yaml

from seeds.escaping import quoted, shortened
from seeds.parsing.formats.yaml_nodes import YamlError, describe_error, is_null

MAX_DEPTH = 10
TAG_PREFIX = "tag:yaml.org,2002:"
# What the nodes of each class are in messages, and the tag of those without a special meaning.
KINDS = {
    yaml.ScalarNode: ("text", f"{TAG_PREFIX}str"),
    yaml.SequenceNode: ("a list", f"{TAG_PREFIX}seq"),
    yaml.MappingNode: ("an object with keys", f"{TAG_PREFIX}map"),
}
# The values that are text only in quotation marks, by their tag.
UNQUOTED = {
    f"{TAG_PREFIX}bool": "the truth value",
    f"{TAG_PREFIX}float": "the number",
    f"{TAG_PREFIX}int": "the number",
    f"{TAG_PREFIX}timestamp": "the date",
}
RESOLVER = yaml.resolver.Resolver()


def compose_entries(data: bytes) -> yaml.SequenceNode:
    """Parse the bytes of a catalogue, and return the node of its list of entries.

    Raises:
        YamlError: If the bytes are not YAML, are nested too deeply, or do not contain a list.
    """
    try:
        _check_depth(data)
        loader = yaml.CSafeLoader(data)
        root = loader.get_single_node()
        if root is None:
            raise YamlError(1, "the file is empty; expected a list of entries, or [] for no entries")
        if not isinstance(root, yaml.SequenceNode) or root.tag != KINDS[yaml.SequenceNode][1]:
            raise YamlError(line_of(root), "must be a list of entries, such as `- name: …`")
        for entry in root.value:
            if isinstance(entry, yaml.MappingNode):
                # Replace each key `<<` by the keys of the object that it names.
                loader.flatten_mapping(entry)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlError(line, describe_error(error)) from None
    except yaml.reader.ReaderError as error:
        message = "not YAML: a character that is not UTF-8 or not allowed in YAML"
        raise YamlError(data.count(b"\n", 0, error.position) + 1, message) from None
    return root


def _check_depth(data: bytes) -> None:
    depth = 0
    for event in yaml.parse(data, yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        # Thousands of levels would overflow the stack of the YAML loader.
        if depth > MAX_DEPTH:
            raise YamlError(line_of(event), f"is nested deeper than {MAX_DEPTH} levels")


def value_of(node: yaml.Node, depth: int = 3) -> Any:
    """Return the value of a YAML node: text, None for null, or a list or dictionary of such values.

    Return `node` itself, which no field accepts, for every other value, such as a number.

    Args:
        node: A node of the catalogue.
        depth: The number of levels of lists and objects. A list of entries with lists has three.
    """
    if is_null(node):
        return None
    if node.tag != KINDS[type(node)][1]:
        return node
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if not depth:
        return node
    if isinstance(node, yaml.SequenceNode):
        return [value_of(item, depth - 1) for item in node.value]
    return {key_of(key): value_of(value, depth - 1) for key, value in node.value}


def key_of(node: yaml.Node) -> str:
    """Return the text of `node`, a key of a YAML object. Return `a list` for a key that is a list."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else KINDS[type(node)][0]


def line_of(node: yaml.Node | yaml.Event) -> int:
    """Return the number of the line where a YAML node or event begins, from 1."""
    return node.start_mark.line + 1 if node.start_mark else 1


def is_unquoted(node: yaml.Node) -> bool:
    """Return True if the value of a YAML node is a number, date or truth value without quotation marks."""
    if not isinstance(node, yaml.ScalarNode) or node.tag not in UNQUOTED:
        return False
    tag = RESOLVER.resolve(yaml.ScalarNode, node.value, (True, False))  # type: ignore[no-untyped-call]
    return bool(tag == node.tag)


def shown(node: yaml.Node) -> str:
    """Return what the value of a YAML node is, for messages: `nothing`, `a list` or `the number 5`."""
    if is_null(node):
        return "nothing"
    if is_unquoted(node):
        return f"{UNQUOTED[node.tag]} {shortened(node.value)}"
    kind, plain_tag = KINDS[type(node)]
    if isinstance(node, yaml.ScalarNode):
        kind = quoted(node.value)
    tag = node.tag.replace(TAG_PREFIX, "!!")
    return kind if node.tag == plain_tag else f"{kind} (tag {shortened(tag)})"
