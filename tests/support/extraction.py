"""The word lists (lexicon) of entity extraction, loaded once for all tests, and matchers that use them."""

from collections.abc import Iterable

from seeds.extraction.catalogue import EntityRecord
from seeds.extraction.extractor import Recognizer, recognize_nothing
from seeds.extraction.lexicon import load_lexicon
from seeds.extraction.mentions import EntityMatcher

LEXICON = load_lexicon()


def make_matcher(
    catalogue: Iterable[EntityRecord] = (), recognize: Recognizer = recognize_nothing
) -> EntityMatcher:
    """Return a matcher that finds entities in texts: those of `catalogue`, and unknown entities.

    `recognize` is an additional function that finds names, such as a spaCy pipeline.
    """
    return EntityMatcher(catalogue, LEXICON, recognize)
