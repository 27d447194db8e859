"""An operator's own spaCy pipeline: what it recognizes is weighed with what the rules find."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from seeds.extraction.extractor import Candidate, Recognizer
from seeds.messages import printable

# The labels of OntoNotes, which most pipelines have, and PER of others; dates and amounts are no entities.
KINDS = {
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
# What pipelines take for a part of a name, and texts do not always have with it.
AROUND = r"[\s\"'“”‘’,;:()]*"
NAME = re.compile(rf"{AROUND}(?:the\s+)?{AROUND}([^\W_].*?)(?:['’]s?)?{AROUND}", re.DOTALL | re.IGNORECASE)


class ModelError(ValueError):
    """The pipeline cannot be loaded; the message is one line that names the setting."""


def recognizer(model: str) -> Recognizer | None:
    """Load the pipeline with the name or path `model`; None where it is empty. Raises ModelError."""
    if not model:
        return None
    try:
        pipeline = import_module("spacy").load(model)
    except ImportError as error:
        raise _failure(model, f"needs a package that is not installed: {error.name}") from None
    except Exception as error:  # Pipelines run code of their own when they are loaded.
        raise _failure(model, str(error)) from None
    return lambda text: _candidates(pipeline(text))


def _failure(model: str, reason: str) -> ModelError:
    first = reason.strip().partition("\n")[0]
    return ModelError(printable(f"BRIEFS_SPACY_MODEL: {model} cannot be loaded: {first}"))


def _candidates(read: Any) -> Iterator[Candidate]:
    for entity in read.ents:
        name, kind = NAME.fullmatch(entity.text), KINDS.get(entity.label_)
        if name and kind:
            yield Candidate(entity.start_char + name.start(1), entity.start_char + name.end(1), kind)
