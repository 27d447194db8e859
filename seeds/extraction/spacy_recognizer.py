"""Use an operator's own spaCy pipeline as an additional recognizer of names."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from seeds.escaping import printable
from seeds.extraction.extractor import RecognizedName, Recognizer, recognize_nothing

# The labels of OntoNotes, which most pipelines use, and PER, which others use. Dates and amounts are not
# entities.
TYPES = {
    "PERSON": "person",
    "PER": "person",
    "ORG": "organization",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "LAW": "policy",
    "PRODUCT": "product",
    "WORK_OF_ART": "product",
    "EVENT": "event",
}
# Marks, articles and possessives, which some pipelines include in a name.
MARKS = r"[\s\"',;:()]*"
NAME = re.compile(rf"{MARKS}(?:the\s+)?{MARKS}([^\W_].*?)(?:'s?)?{MARKS}", re.DOTALL | re.IGNORECASE)


class ModelError(ValueError):
    """A failure to load the spaCy pipeline.

    The message is one line, with the name of the setting (`BRIEFS_SPACY_MODEL`), its value, and the reason.
    """


def load_recognizer(model: str) -> Recognizer:
    """Return a recognizer that finds names with a spaCy pipeline.

    Args:
        model: The name or path of the pipeline. If it is empty, the recognizer finds nothing.

    Raises:
        ModelError: If the pipeline cannot be loaded.
    """
    if not model:
        return recognize_nothing
    try:
        pipeline = import_module("spacy").load(model)
    except ImportError as error:
        raise _make_error(model, f"needs a package that is not installed: {error.name}") from None
    except Exception as error:  # A pipeline runs its own code, which can raise any error.
        raise _make_error(model, str(error)) from None
    return lambda text: _find_names(pipeline(text))


def _make_error(model: str, reason: str) -> ModelError:
    first_line = reason.strip().partition("\n")[0]
    return ModelError(printable(f"BRIEFS_SPACY_MODEL: {model} cannot be loaded: {first_line}"))


def _find_names(document: Any) -> Iterator[RecognizedName]:
    for entity in document.ents:
        name, kind = NAME.fullmatch(entity.text), TYPES.get(entity.label_)
        if name and kind:
            start = entity.start_char
            yield RecognizedName(start + name.start(1), start + name.end(1), kind)
