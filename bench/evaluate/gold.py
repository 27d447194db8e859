"""The samples: a folder of documents, and what a careful reader makes of them.

`documents/*.txt` are the pages, with their sidecars if they have any. `gold/NAME.json` says what `NAME.txt`
holds; what it leaves out is not measured. `gold/related.json` says which pages are related, by file name.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.evaluate.scores import Texts
from seeds.parsing.files import find_documents
from seeds.storing.identifiers import CURLY_QUOTES

RELATED = "related.json"
# What annotators call the API's type.
TYPES = {"programme_or_policy": "policy"}


class SamplesError(ValueError):
    """The folder is no set of samples; the message is one line."""


@dataclass(frozen=True, slots=True)
class GoldEntity:
    """An entity that the page names: right by any of `forms` and `types`; `mentions` None is any number."""

    name: str
    type: str
    types: frozenset[str]
    forms: frozenset[str]
    mentions: int | None
    required: bool


@dataclass(frozen=True, slots=True)
class Gold:
    """What one document holds; `entities` None is not measured, nor is a field that `fields` lacks."""

    fields: dict[str, Texts]
    entities: tuple[GoldEntity, ...] | None
    ignored: frozenset[str]


@dataclass(frozen=True, slots=True)
class Samples:
    """The folder of documents, gold and relatives by file name, and notes on what is passed over."""

    documents: Path
    gold: dict[str, Gold]
    related: dict[str, frozenset[str]]
    notes: tuple[str, ...]


def read_samples(folder: Path) -> Samples:
    """Read the gold of `folder`; raises SamplesError."""
    names = {path.name for path in find_documents([folder / "documents"]) if path.is_file()}
    if not names:
        raise SamplesError(f"{folder} has no documents/*.txt")
    files = sorted(path for path in folder.glob("gold/*.json") if path.name != RELATED)
    gold = {f"{path.stem}.txt": _read(path, _gold) for path in files}
    listed = folder / "gold" / RELATED
    related: dict[str, frozenset[str]] = _read(listed, _related) if listed.is_file() else {}
    return Samples(
        folder / "documents",
        {name: each for name, each in gold.items() if name in names},
        {name: each & names for name, each in related.items() if name in names},
        tuple(_notes(names, gold, related)),
    )


def normal(text: str) -> str:
    """Give `text` as it is compared: white space collapsed, no-break spaces too, and quotes straight."""
    return " ".join(text.translate(CURLY_QUOTES).split())


def form(name: str) -> str:
    """Give a name as it is compared: without an article before it and a possessive after it."""
    return re.sub(r"^[Tt]he (?=.)|(?<=.)'s$|(?<=s)'$", "", normal(name))


def texts(given: list[str | None] | str | None) -> Texts:
    """Give a field as the texts that it is compared by: none for null, an empty one for a null in a list."""
    if isinstance(given, str):
        return (normal(given),)
    return tuple(normal(text or "") for text in given or ())


def _notes(names: set[str], gold: dict[str, Gold], related: dict[str, frozenset[str]]) -> Iterator[str]:
    for name in sorted(gold.keys() - names):
        yield f"{name}: has gold, but is not among the documents"
    relatives = set(related).union(*related.values())
    for name in sorted(relatives - names - gold.keys()):
        yield f"{name}: is in {RELATED}, but is not among the documents"


def _read(path: Path, make: Callable[[Any], Any]) -> Any:
    try:
        return make(json.loads(path.read_text(encoding="utf-8")))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SamplesError(f"{path}: is no gold: {error!r}") from None


def _gold(given: dict[str, Any]) -> Gold:
    plain = ("title", "summary", "image_caption", "takeaways", "byline", "body", "related", "related_dates")
    fields = {name: texts(given[name]) for name in plain if name in given}
    if "analysis" in given:
        fields["analysis"] = _analysis(given["analysis"])
    entities = tuple(map(_entity, given["entities"])) if "entities" in given else None
    return Gold(fields, entities, frozenset(map(form, given.get("ignore", ()))))


def _analysis(given: dict[str, Any] | None) -> Texts:
    return texts([given.get("heading"), *re.split(r"\n\s*\n", given["text"])]) if given else ()


def _entity(given: dict[str, Any]) -> GoldEntity:
    name, kind = given["name"], given["type"]
    return GoldEntity(
        name,
        TYPES.get(kind, kind),
        frozenset(TYPES.get(each, each) for each in given.get("accept_types", [kind])),
        frozenset(map(form, [name, *given.get("aliases", ())])),
        given.get("mentions"),
        given.get("required", True),
    )


def _related(given: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(relatives) for name, relatives in given.items()}
