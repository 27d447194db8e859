"""Compare what the API returns for all annotated documents with the annotations."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.evaluate.entities import EntityResult, measure_entities
from bench.evaluate.evidence import EvidenceResult, measure_evidence
from bench.evaluate.fields import FieldResult, measure_fields, served_fields
from bench.evaluate.gold import Samples
from bench.evaluate.links import LinkResult, measure_links
from bench.evaluate.scores import Fault
from bench.evaluate.served import ServedDocuments


@dataclass(frozen=True, slots=True)
class Results:
    """The scores of the annotated documents: how well the API agrees with the annotations.

    Each attribute contains the results of one kind of annotation, by the file name of the document.
    """

    fields: dict[str, FieldResult]
    entities: dict[str, EntityResult]
    links: dict[str, LinkResult]
    evidence: dict[str, EvidenceResult]

    @property
    def faults(self) -> Iterator[Fault]:
        measures = (self.fields, self.entities, self.links, self.evidence)
        for name in sorted({*self.fields, *self.entities, *self.links, *self.evidence}):
            for results in measures:
                if name in results:
                    yield from results[name].faults


def evaluate(api: ServedDocuments, samples: Samples) -> Results:
    """Compare the responses of the API for the documents of `samples` with their annotations."""
    fields = {
        name: measure_fields(name, gold, served_fields(api, name)) for name, gold in samples.gold.items()
    }
    entities = {
        name: measure_entities(name, gold, api.entities(name), api.article(name))
        for name, gold in samples.gold.items()
        if gold.entities is not None
    }
    links = {
        name: measure_links(name, related, api.related(name)) for name, related in samples.related.items()
    }
    evidence = {
        name: measure_evidence(name, gold, api.article(name)) for name, gold in samples.evidence.items()
    }
    return Results(fields, entities, links, evidence)
