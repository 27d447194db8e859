"""A function for tests that extracts the entities of a few sentences."""

from seeds.extraction.coreference import EntityCluster
from seeds.extraction.extractor import EntityExtractor
from tests.support.extraction import LEXICON

EXTRACTOR = EntityExtractor(LEXICON)


def clusters(
    *texts: str, headline: str = "", known: "dict[str, object] | None" = None
) -> dict[str, EntityCluster]:
    """Return what extraction finds in `texts`: for each entity, by its main name, its names and its type.

    `headline` is a title in capitals, and `known` are the entities of the catalogue by name.
    """
    return {cluster.name: cluster for cluster in EXTRACTOR.extract(texts, known or {}, headline)}
