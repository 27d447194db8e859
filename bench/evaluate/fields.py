"""Compare the parsed fields of a document, such as its title, with annotations."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bench.evaluate.gold import Gold, field_texts
from bench.evaluate.scores import Fault, Score, Texts, difference
from bench.evaluate.served import Json, ServedDocuments

BYLINE_FIELDS = ("author", "role", "publication")


@dataclass(frozen=True, slots=True)
class FieldResult:
    """How well the parsed fields of one document agree with its annotations.

    `fields` counts the correct and wrong fields, but not fields that are correctly empty. `takeaways`
    counts the correct and wrong takeaways. `faults` describes each error.
    """

    fields: Score
    takeaways: Score
    faults: tuple[Fault, ...]


def measure_fields(name: str, gold: Gold, fields: dict[str, Texts]) -> FieldResult:
    """Compare the parsed fields of a document with its annotations.

    Args:
        name: The file name of the document.
        gold: The annotations.
        fields: The parsed texts by the name of the field.
    """
    pairs = {field: (expected, fields.get(field, ())) for field, expected in gold.fields.items()}
    faults = [
        Fault(name, "field", field, *difference(*pair)) for field, pair in pairs.items() if pair[0] != pair[1]
    ]
    score = sum((_score(*pair) for pair in pairs.values()), Score())
    expected, got = map(Counter, pairs.get("takeaways", ((), ())))
    missed, spurious = expected - got, got - expected
    faults += [Fault(name, "takeaway missed", text) for text in missed.elements()]
    faults += [Fault(name, "takeaway spurious", text) for text in spurious.elements()]
    takeaways = Score((expected & got).total(), spurious.total(), missed.total())
    return FieldResult(score, takeaways, tuple(faults))


def served_fields(api: ServedDocuments, name: str) -> dict[str, Texts]:
    """Return the texts of each field of a document, by the name of the field, as the API returns them.

    `name` is its file name. If the document was rejected, the result is empty.
    """
    article = api.article(name)
    if article is None:
        return {}
    listed = [link["title"] for link in api.related(name) if link["basis"] == "listed"]
    dates = [each.date for each in api.listed(name)]
    return dict(_fields(article)) | {"related": field_texts(listed), "related_dates": field_texts(dates)}


def _fields(article: Json) -> Iterator[tuple[str, Texts]]:
    image, byline, analysis = article["image"], article["byline"] or {}, article["analysis"]
    yield "title", field_texts(article["title"])
    yield "summary", field_texts(article["summary"])
    yield "image_caption", field_texts(image and image["caption"])
    yield "takeaways", field_texts([takeaway["text"] for takeaway in article["takeaways"]])
    yield "analysis", field_texts(analysis and [analysis["heading"], *analysis["paragraphs"]])
    yield "byline", field_texts([byline[line] for line in BYLINE_FIELDS if byline.get(line)])
    yield "body", field_texts([paragraph["text"] for paragraph in article["body"]])


def _score(expected: Texts, got: Texts) -> Score:
    if expected == got:
        return Score(hits=int(bool(got)))
    return Score(spurious=int(bool(got)), missed=int(bool(expected)))
