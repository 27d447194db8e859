"""Tests of parsing YAML into nodes: errors have a line, and deep nesting does not overflow the stack."""

import pytest

from seeds.parsing.formats.yaml_nodes import MAX_LEVELS, YamlError, compose_yaml


def nested(opening: str, levels: int, closing: str = "") -> str:
    """Return YAML with text inside `levels` nested lists or mappings."""
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


@pytest.mark.parametrize("escape", [r"\U00110000", r"\UFFFFFFFF", r"\ud83d", r"\ud83d\ude80"])
def test_an_escape_that_is_not_a_character_is_refused_with_its_line(escape: str) -> None:
    with pytest.raises(YamlError) as caught:
        compose_yaml(f'a: b\ntitle: "Rocket {escape}"')
    expected = "not YAML: found invalid Unicode character escape code; write the character itself"
    assert (caught.value.line, caught.value.message) == (2, expected)


def test_an_invalid_escape_after_another_error_is_refused() -> None:
    with pytest.raises(YamlError, match="not YAML: found a tab character"):
        compose_yaml('a: |\n  \ttext\nb: "\\U00110000"')
