"""Read samples: a folder of documents, and their gold standard (annotations by a reader).

`documents/*.txt` are the pages. `gold/NAME.json` has the expected content of `NAME.txt`. `gold/related.json`
lists related pages by file name. `evidence.json` lists the paragraphs that support each takeaway.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.text_folding import fold_characters
from bench.evaluate.scores import Texts
from seeds.parsing.folders import find_documents

RELATED_FILE, EVIDENCE_FILE = "related.json", "evidence.json"
# Names of types in annotations, if they differ from the API.
TYPE_SYNONYMS = {"programme_or_policy": "policy"}


class SamplesError(ValueError):
    """An error for a folder without valid documents and annotations. The message is one line."""


@dataclass(frozen=True, slots=True)
class GoldEntity:
    """An entity that a reader has annotated in a document.

    Attributes:
        name: Its name.
        type: Its type.
        types: All types that count as correct.
        forms: All normalized names that count as correct.
        mentions: The number of its mentions, or None if any number is correct.
        required: False if the entity is optional.
    """

    name: str
    type: str
    types: frozenset[str]
    forms: frozenset[str]
    mentions: int | None
    required: bool


@dataclass(frozen=True, slots=True)
class Gold:
    """The annotations of one document: what parsing and extraction should find in it.

    Attributes:
        fields: The expected texts of each evaluated field.
        entities: The expected entities, or None if entities are not evaluated.
        ignored: Names that are neither correct nor errors.
    """

    fields: dict[str, Texts]
    entities: tuple[GoldEntity, ...] | None
    ignored: frozenset[str]


@dataclass(frozen=True, slots=True)
class GoldEvidence:
    """The numbers of the paragraphs that a reader has annotated for a takeaway.

    Paragraphs in `required` support the takeaway. Paragraphs in `acceptable` are neither right nor wrong.
    """

    required: frozenset[int]
    acceptable: frozenset[int]


@dataclass(frozen=True, slots=True)
class Samples:
    """A folder of documents with annotations.

    Attributes:
        documents: The folder of the documents.
        gold: The annotations by file name.
        related: The names of related files by file name.
        evidence: The annotated evidence by file name and number of the takeaway.
        notes: A line for each annotation that is ignored.
    """

    documents: Path
    gold: dict[str, Gold]
    related: dict[str, frozenset[str]]
    evidence: dict[str, dict[int, GoldEvidence]]
    notes: tuple[str, ...]


def read_samples(folder: Path) -> Samples:
    """Read the annotations of the documents in `folder`: what parsing and extraction should find in them.

    Raises:
        SamplesError: The folder has no documents, or a file of annotations is invalid.
    """
    names = {path.name for path in find_documents([folder / "documents"]) if path.is_file()}
    if not names:
        raise SamplesError(f"{folder} has no documents/*.txt")
    files = sorted(path for path in folder.glob("gold/*.json") if path.name != RELATED_FILE)
    gold = {f"{path.stem}.txt": _read(path, _read_gold) for path in files}
    related_file = folder / "gold" / RELATED_FILE
    related: dict[str, frozenset[str]] = _read(related_file, _read_related) if related_file.is_file() else {}
    evidence_file = folder / EVIDENCE_FILE
    evidence: dict[str, dict[int, GoldEvidence]] = (
        _read(evidence_file, _read_evidence) if evidence_file.is_file() else {}
    )
    return Samples(
        folder / "documents",
        {name: each for name, each in gold.items() if name in names},
        {name: each & names for name, each in related.items() if name in names},
        {name: each for name, each in evidence.items() if name in names},
        tuple(_notes(names, gold, related, evidence)),
    )


def normalize_text(text: str) -> str:
    """Return `text` with single spaces and plain quotation marks and dashes, without invisible characters."""
    return fold_characters(text)


def normalize_name(name: str) -> str:
    """Return `name` in the form in which names are compared, without a leading `the` or a final possessive.

    For example, both `The Bank of Bern` and `Bank of Bern's` become `Bank of Bern`.
    """
    return re.sub(r"^[Tt]he (?=.)|(?<=.)'s$|(?<=s)'$", "", normalize_text(name))


def field_texts(value: list[str | None] | str | None) -> Texts:
    """Return the value of a field as a tuple of normalized texts.

    None becomes an empty tuple, and None in a list becomes an empty text.
    """
    if isinstance(value, str):
        return (normalize_text(value),)
    return tuple(normalize_text(text or "") for text in value or ())


def _notes(
    names: set[str], gold: dict[str, Gold], related: dict[str, frozenset[str]], evidence: dict[str, Any]
) -> Iterator[str]:
    for name in sorted((gold.keys() | evidence.keys()) - names):
        yield f"{name}: has annotations, but is not among the documents"
    relatives = set(related).union(*related.values())
    for name in sorted(relatives - names - gold.keys()):
        yield f"{name}: is in {RELATED_FILE}, but is not among the documents"


def _read(path: Path, make: Callable[[Any], Any]) -> Any:
    try:
        return make(json.loads(path.read_text(encoding="utf-8")))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SamplesError(f"{path}: is not a valid file of annotations: {error!r}") from None


def _read_gold(values: dict[str, Any]) -> Gold:
    plain = ("title", "summary", "image_caption", "takeaways", "byline", "body", "related", "related_dates")
    fields = {name: field_texts(values[name]) for name in plain if name in values}
    if "analysis" in values:
        fields["analysis"] = _analysis_texts(values["analysis"])
    entities = tuple(map(_read_entity, values["entities"])) if "entities" in values else None
    return Gold(fields, entities, frozenset(map(normalize_name, values.get("ignore", ()))))


def _analysis_texts(values: dict[str, Any] | None) -> Texts:
    return field_texts([values.get("heading"), *re.split(r"\n\s*\n", values["text"])]) if values else ()


def _read_entity(values: dict[str, Any]) -> GoldEntity:
    name, type_ = values["name"], values["type"]
    return GoldEntity(
        name,
        TYPE_SYNONYMS.get(type_, type_),
        frozenset(TYPE_SYNONYMS.get(each, each) for each in values.get("accept_types", [type_])),
        frozenset(map(normalize_name, [name, *values.get("aliases", ())])),
        values.get("mentions"),
        values.get("required", True),
    )


def _read_related(values: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(relatives) for name, relatives in values.items()}


def _read_evidence(values: dict[str, dict[str, Any]]) -> dict[str, dict[int, GoldEvidence]]:
    return {
        name: {
            int(number): GoldEvidence(frozenset(each["required"]), frozenset(each.get("acceptable", ())))
            for number, each in takeaways.items()
        }
        for name, takeaways in values.items()
    }
