"""The extraction of entities from a few sentences, for tests."""

from seeds.extraction.coreference import EntityCluster
from seeds.extraction.extractor import EntityExtractor
from tests.support.extraction import LEXICON

EXTRACTOR = EntityExtractor(LEXICON)


def clusters(
    *texts: str, headline: str = "", known: "dict[str, object] | None" = None
) -> dict[str, EntityCluster]:
    """Return the entities of `texts` by their main names."""
    return {cluster.name: cluster for cluster in EXTRACTOR.extract(texts, known or {}, headline)}
