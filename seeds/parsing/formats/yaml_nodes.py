"""Parse YAML text into nodes, which have line numbers, without loading any value."""

from contextlib import suppress

import yaml

from seeds.escaping import shortened

# Deeper nesting overflows the stack of the parser.
MAX_LEVELS = 100

TAG_PREFIX = "tag:yaml.org,2002:"
# The error of PyYAML for a plain value that contains `: `.
COLON_IN_VALUE = "mapping values are not allowed here"
COLON_HINT = "; put the value in quotation marks"
# The error of PyYAML for an escape that is not a character, such as half of an emoji in JSON: `\ud83d`.
INVALID_ESCAPE = "found invalid Unicode character escape code"
ESCAPE_HINT = "; write the character itself"
# The error of PyYAML for a second document.
SECOND_DOCUMENT = "but found another document"
MAX_PROBLEM_LENGTH = 100


class YamlError(Exception):
    """The exception for text that is not YAML. `line` is the number of the line with the error, from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def compose_yaml(text: str) -> yaml.Node | None:
    """Parse YAML text. Return its root node, or None if the text is empty.

    Raises:
        YamlError: If the text is not YAML, or is nested too deeply.
    """
    try:
        return _compose(text)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise YamlError(line, "not YAML: a character that YAML does not allow") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlError(line, _describe_error(error)) from None


def _describe_error(error: yaml.MarkedYAMLError) -> str:
    if error.problem == SECOND_DOCUMENT:
        return "contains more than one YAML document"
    hint = {COLON_IN_VALUE: COLON_HINT, INVALID_ESCAPE: ESCAPE_HINT}.get(error.problem or "", "")
    return f"not YAML: {shortened(error.problem or 'unreadable', MAX_PROBLEM_LENGTH)}{hint}"


def is_null(node: yaml.Node) -> bool:
    """Return True if `node` is a YAML null: an empty value, `~` or `null`."""
    return node.tag == f"{TAG_PREFIX}null"


def is_plain(node: yaml.Node) -> bool:
    """Return True if `node` is text, null, a list or a mapping, and not a number, a date or another type."""
    return node.tag.removeprefix(TAG_PREFIX) in ("str", "null", "seq", "map")


def _compose(text: str) -> yaml.Node | None:
    # Each level begins with one of these characters, so a text with few of them needs no check.
    if sum(map(text.count, "[{-?:")) > MAX_LEVELS:
        _check_depth(text)
    try:
        return yaml.compose(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        # The parser in Python is five times slower and has better error messages, but does not check escapes.
        if getattr(error, "problem", None) != INVALID_ESCAPE:
            with suppress(ValueError, OverflowError):
                return yaml.compose(text, yaml.SafeLoader)
        raise


def _check_depth(text: str) -> None:
    depth = 0
    with suppress(yaml.YAMLError):
        for event in yaml.parse(text, yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_LEVELS:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise YamlError(line, f"nested deeper than {MAX_LEVELS} levels")
