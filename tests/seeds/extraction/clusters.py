"""A function for tests that extracts the entities of a few sentences."""

from api.text_folding import fold_characters
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
    folded = [fold_characters(text) for text in texts]
    found = EXTRACTOR.extract(folded, known or {}, fold_characters(headline))
    return {cluster.name: cluster for cluster in found}
