"""Tests of parsing YAML into nodes: deep nesting is refused before it overflows the stack of the parser."""

import pytest

from seeds.parsing.formats.yaml_nodes import MAX_LEVELS, YamlError, compose_yaml


def nested(opening: str, levels: int, closing: str = "") -> str:
    """Return YAML with text in this number of nested lists or mappings."""
    return opening * levels + "text" + closing * levels


KINDS = [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")]


@pytest.mark.parametrize(("opening", "closing"), KINDS)
def test_text_can_be_nested_up_to_the_limit(opening: str, closing: str) -> None:
    assert compose_yaml(nested(opening, MAX_LEVELS, closing))


@pytest.mark.parametrize("levels", [MAX_LEVELS + 1, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [*KINDS, ("[", ""), ("{a: ", "")])
def test_deeper_nesting_is_refused_with_its_line(opening: str, closing: str, levels: int) -> None:
    with pytest.raises(YamlError) as caught:
        compose_yaml("# Depth\n" + nested(opening, levels, closing))
    assert (caught.value.line, caught.value.message) == (2, f"nested deeper than {MAX_LEVELS} levels")


def test_an_error_at_the_limit_is_reported_by_the_parser_in_python() -> None:
    with pytest.raises(YamlError, match="not YAML: expected"):
        compose_yaml(nested("[", MAX_LEVELS))
