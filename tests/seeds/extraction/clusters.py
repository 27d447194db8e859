"""A function for tests that extracts the entities of a few sentences."""

from api.text_folding import fold_characters
from seeds.extraction.coreference import EntityCluster
from seeds.extraction.extractor import EntityExtractor
from tests.support.extraction import LEXICON

EXTRACTOR = EntityExtractor(LEXICON)


def clusters(
    *texts: str, headline: str = "", known: "dict[str, object] | None" = None
) -> dict[str, EntityCluster]:
    """Extract entities from `texts`, and return a dict from main names to clusters.

    A cluster has all names of an entity, and its type.

    Args:
        *texts: The texts of a document.
        headline: A title in capitalised words. Only places and quoted names are read from it.
        known: The entities of the catalogue, by name.
    """
    folded = [fold_characters(text) for text in texts]
    found = EXTRACTOR.extract(folded, known or {}, fold_characters(headline))
    return {cluster.name: cluster for cluster in found}
