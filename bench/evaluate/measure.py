"""All measures of all samples."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.evaluate.entities import EntityResult, measure_entities
from bench.evaluate.gold import Samples
from bench.evaluate.links import LinkResult, measure_links
from bench.evaluate.parses import ParseResult, measure_parse, served_fields
from bench.evaluate.scores import Fault
from bench.evaluate.service import Service


@dataclass(frozen=True, slots=True)
class Results:
    """What was measured, by file name."""

    parses: dict[str, ParseResult]
    entities: dict[str, EntityResult]
    links: dict[str, LinkResult]

    @property
    def faults(self) -> Iterator[Fault]:
        """All faults, file by file."""
        for name in sorted({*self.parses, *self.entities, *self.links}):
            for results in (self.parses, self.entities, self.links):
                if name in results:
                    yield from results[name].faults


def measure(service: Service, samples: Samples) -> Results:
    """Hold what the API says against all the gold there is."""
    parses = {
        name: measure_parse(name, gold, served_fields(service, name)) for name, gold in samples.gold.items()
    }
    entities = {
        name: measure_entities(name, gold, service.entities(name), service.article(name))
        for name, gold in samples.gold.items()
        if gold.entities is not None
    }
    links = {
        name: measure_links(name, relatives, service.related(name))
        for name, relatives in samples.related.items()
    }
    return Results(parses, entities, links)
