"""The parse: each field right or wrong as a whole, and each takeaway by itself."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bench.evaluate.gold import Gold, texts
from bench.evaluate.scores import Fault, Score, Texts, difference
from bench.evaluate.service import Json, Service

BYLINE = ("author", "role", "publication")


@dataclass(frozen=True, slots=True)
class ParseResult:
    """Of one document; a field that is empty on both sides is no hit."""

    fields: Score
    takeaways: Score
    faults: tuple[Fault, ...]


def measure_parse(name: str, gold: Gold, fields: dict[str, Texts]) -> ParseResult:
    """Hold the `fields` of the file `name` against its gold."""
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
    return ParseResult(score, takeaways, tuple(faults))


def served_fields(service: Service, name: str) -> dict[str, Texts]:
    """Give the fields of the file `name` as the API has them; none where it was rejected."""
    article = service.article(name)
    if article is None:
        return {}
    listed = [link["title"] for link in service.related(name) if link["basis"] == "listed"]
    dates = [each.date for each in service.listed(name)]
    return dict(_fields(article)) | {"related": texts(listed), "related_dates": texts(dates)}


def _fields(article: Json) -> Iterator[tuple[str, Texts]]:
    image, byline, analysis = article["image"], article["byline"] or {}, article["analysis"]
    yield "title", texts(article["title"])
    yield "summary", texts(article["summary"])
    yield "image_caption", texts(image and image["caption"])
    yield "takeaways", texts([takeaway["text"] for takeaway in article["takeaways"]])
    yield "analysis", texts(analysis and [analysis["heading"], *analysis["paragraphs"]])
    yield "byline", texts([byline[line] for line in BYLINE if byline.get(line)])
    yield "body", texts([paragraph["text"] for paragraph in article["body"]])


def _score(expected: Texts, got: Texts) -> Score:
    if expected == got:
        return Score(hits=int(bool(got)))
    return Score(spurious=int(bool(got)), missed=int(bool(expected)))
