"""Parse YAML text into nodes, which have line numbers, without loading any value."""

from contextlib import suppress

import yaml

from seeds.escaping import shortened

# A text with at least this many characters that can start a nested value is parsed in Python; see
# `compose_yaml`.
MAX_NESTING_CHARACTERS = 200

# The error of PyYAML for a plain value that contains `: `.
COLON_IN_VALUE = "mapping values are not allowed here"
COLON_HINT = "; put the value in quotation marks"
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
        raise YamlError(line, describe_error(error)) from None
    except RecursionError:
        raise YamlError(1, "not YAML: nested too deeply") from None


def describe_error(error: yaml.MarkedYAMLError) -> str:
    """Return the message for an error of PyYAML, without its line."""
    if error.problem == SECOND_DOCUMENT:
        return "contains more than one YAML document"
    hint = COLON_HINT if error.problem == COLON_IN_VALUE else ""
    # This error is about the tag or the kind of a value.
    fault = "cannot be read as YAML" if isinstance(error, yaml.constructor.ConstructorError) else "not YAML"
    return f"{fault}: {shortened(error.problem or 'unreadable', MAX_PROBLEM_LENGTH)}{hint}"


def is_null(node: yaml.Node) -> bool:
    """Return True if `node` is a YAML null: an empty value, `~` or `null`."""
    return node.tag == "tag:yaml.org,2002:null"


def _compose(text: str) -> yaml.Node | None:
    # The parser in C is five times faster, but deep nesting overflows its stack. The parser in Python has
    # better error messages.
    if sum(map(text.count, "[{-?:")) < MAX_NESTING_CHARACTERS:
        with suppress(yaml.YAMLError):
            return yaml.compose(text, yaml.CSafeLoader)
    return yaml.compose(text, yaml.SafeLoader)
