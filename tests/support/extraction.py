"""The lexicon that all tests share, and matchers that use it."""

from collections.abc import Iterable

from seeds.extraction.catalogue import EntityRecord
from seeds.extraction.extractor import Recognizer, recognize_nothing
from seeds.extraction.lexicon import load_lexicon
from seeds.extraction.mentions import EntityMatcher

LEXICON = load_lexicon()


def make_matcher(
    catalogue: Iterable[EntityRecord] = (), recognize: Recognizer = recognize_nothing
) -> EntityMatcher:
    """Return a matcher for the names of `catalogue` and for extracted names."""
    return EntityMatcher(catalogue, LEXICON, recognize)
