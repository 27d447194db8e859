"""Rules (signs) that read the name itself and vote for its type.

They test the head noun, the first word, the spelling, and the given and family names of persons.
"""

import re

from seeds.extraction.bracketed_aliases import ACRONYM
from seeds.extraction.candidates.tokens import UPPER, YEAR
from seeds.extraction.lexicon import RARE_WORD
from seeds.extraction.person_names import (
    DOTTED_GENERATIONS,
    begins_with_given_name,
    is_chinese_name,
    is_western_name,
)
from seeds.extraction.signs.name_form import NameForm
from seeds.extraction.signs.sign import Sign

WELL_KNOWN_PLACE_WEIGHT = 5
OTHER_PLACE_WEIGHT = 3  # The name of a small town can also be the name of a different entity.
MODEL = re.compile(r"(?:[^\W\d_]+-?\d+[\w-]*|\d+[^\W\d_]+)")
CAMEL_CASE = re.compile(rf"[^\W\d_]+[a-z][{UPPER}]|[a-z]-?[{UPPER}]")
# A family name and a given name of two syllables: Tsai Mei-hua.
HYPHENATED_NAME = re.compile(rf"[{UPPER}]\w+ [{UPPER}][a-z]{{1,5}}-[a-z]{{1,6}}")
GENERATION = re.compile(rf"[a-z],? (?:{'|'.join(sorted(DOTTED_GENERATIONS))})\.?$")
INITIAL = re.compile(r"[a-z]|[a-z]-[a-z]")
# The articles of Spanish. No name of a person begins with an article.
SPANISH_ARTICLES = frozenset(("el", "la", "las", "los"))


def _ambiguous_head(name: NameForm, index: int) -> str | None:
    types = name.lexicon.ambiguous_head_nouns.get(name.head)
    return types.split()[index] if types else None


def _head_type(name: NameForm, *, is_trade: bool) -> str | None:
    """Return the entity type that the head noun of `name` indicates, such as `organization` for Bank of Bern.

    If `is_trade` is True, only trade words (such as Instruments) count, otherwise only other nouns. Return
    None for an ambiguous noun.
    """
    lexicon, head = name.lexicon, name.head
    if head in lexicon.ambiguous_head_nouns or (head in lexicon.trade_words) != is_trade:
        return None
    return lexicon.head_types.get(head)


def _first_word_is(name: NameForm, kind: str) -> bool:
    return name.lexicon.first_words.get(name.words[0]) == kind


def _is_person_name(name: NameForm) -> bool:
    lexicon, words = name.lexicon, name.words
    is_hyphenated = bool(HYPHENATED_NAME.fullmatch(name.text))
    return is_hyphenated or is_chinese_name(lexicon, words) or is_western_name(lexicon, words)


def _has_initial(name: NameForm) -> bool:
    has_initial = any(map(INITIAL.fullmatch, name.words[:-1]))
    return has_initial and name.last not in name.lexicon.head_types


def _is_possible_person(name: NameForm) -> bool:
    lexicon, words, last = name.lexicon, name.words, name.last
    is_first_name = words[0] in lexicon.possible_given_names and len(words) < 4
    is_rare = lexicon.frequencies.get(last, 0) < RARE_WORD and len(last) > 2
    is_name = (is_rare and last.isalpha()) or last in lexicon.family_names
    return is_first_name and is_name and last not in lexicon.head_types and not lexicon.suffix_type(last)


def _has_final_year(name: NameForm) -> bool:
    has_year = len(name.words) > 2 and bool(YEAR.fullmatch(name.last))
    return has_year and name.lexicon.head_types.get(name.head) != "event"


def _camel_case_type(name: NameForm, *, is_single: bool) -> str | None:
    if (len(name.words) == 1) != is_single or not CAMEL_CASE.match(name.text):
        return None
    return "product" if name.text[0].islower() else "organization"


SIGNS: tuple[Sign[NameForm], ...] = (
    # The gazetteer.
    Sign(
        "well-known place",
        "gazetteer",
        lambda name: name.is_well_known_place is True,
        {"place": WELL_KNOWN_PLACE_WEIGHT},
        example="Norway",
    ),
    Sign(
        "other place in the gazetteer",
        "gazetteer",
        lambda name: name.is_well_known_place is False,
        {"place": OTHER_PLACE_WEIGHT},
        example="Lillehammer",
    ),
    # The head noun.
    Sign(
        "likelier type of an ambiguous head noun",
        "head noun",
        lambda name: _ambiguous_head(name, 0),
        4,
        example="Harbour Forum",
        expected={"organization": 4},
    ),
    Sign(
        "second type of an ambiguous head noun",
        "head noun",
        lambda name: _ambiguous_head(name, 1),
        3.5,
        example="Harbour Forum",
        expected={"event": 3.5},
    ),
    Sign(
        "trade word as head noun",
        "head noun",
        lambda name: _head_type(name, is_trade=True),
        4,
        example="Velmora Instruments",
        expected={"organization": 4},
    ),
    Sign(
        "head noun",
        "head noun",
        lambda name: _head_type(name, is_trade=False),
        6,
        example="Strait of Brevik",
        expected={"place": 6},
    ),
    # The first word. It counts more than a head noun only for an event: Typhoon Harbour.
    Sign(
        "first word of places",
        "first word",
        lambda name: _first_word_is(name, "place"),
        {"place": 4},
        example="Mount Brevik",
    ),
    Sign(
        "first word of events",
        "first word",
        lambda name: _first_word_is(name, "event"),
        {"event": 9},
        example="Typhoon Olga",
    ),
    Sign(
        "first word of organizations",
        "first word",
        lambda name: _first_word_is(name, "organization"),
        {"organization": 4},
        example="Grupo Velmora",
    ),
    # The names of persons.
    Sign(
        "junior or senior",
        "capitals",
        lambda name: bool(GENERATION.search(name.text)),
        {"person": 6},
        example="Tovrik Ekkelund Jr.",
    ),
    Sign(
        "Spanish article",
        "personal name",
        lambda name: name.words[0] in SPANISH_ARTICLES,
        {"person": -3, "place": 1.5},
        example="El Velmora",
        group="person",
    ),
    Sign(
        # A rank is a title and not part of a person's name, so this name is not a person.
        "rank inside the name",
        "personal name",
        lambda name: name.words[0] in name.lexicon.ranks,
        {"person": -3},
        example="Queen Brevik",
        group="person",
    ),
    Sign(
        "foreign linking word",
        "personal name",
        lambda name: not name.lexicon.foreign_linking_words.isdisjoint(name.words[1:-1]),
        {"organization": 3},
        example="Tarniers pour le Velmora",
        group="person",
    ),
    Sign(
        "initial before the last word",
        "personal name",
        _has_initial,
        {"person": 5},
        example="Dwight D. Ekkelund",
        group="person",
    ),
    Sign(
        "given name and family name",
        "personal name",
        _is_person_name,
        {"person": 4},
        example="Anna Lindqvist",
        group="person",
    ),
    Sign(
        "given name and another word",
        "personal name",
        lambda name: begins_with_given_name(name.lexicon, name.words),
        {"person": 2.5},
        example="Maurice Lantern",
        group="person",
    ),
    Sign(
        # A word that is both a place and a given name, before a word that is hardly used except as a name.
        "possible given name and a rare word",
        "personal name",
        _is_possible_person,
        {"person": 2.5},
        example="Clark Gable",
        group="person",
    ),
    Sign(
        "particle of personal names",
        "personal name",
        lambda name: len(name.words) > 2 and not name.lexicon.name_particles.isdisjoint(name.words[1:-1]),
        {"person": 2},
        example="Tovrik van Moorsel",
        group="person",
    ),
    # The last word.
    Sign(
        "year after two words",
        "number or letter",
        _has_final_year,
        {"policy": 7},
        example="Safe Quays 2030",
        group="last word",
    ),
    Sign(
        "model number",
        "number or letter",
        lambda name: bool(MODEL.fullmatch(name.last)) or (len(name.words) > 1 and name.last[:1].isdigit()),
        {"product": 3},
        example="Orca-7",
        group="last word",
    ),
    Sign(
        "single letter",
        "number or letter",
        lambda name: len(name.words) > 1 and len(name.last) == 1,
        {"product": 2},
        example="Petrel E",
        group="last word",
    ),
    Sign(
        "suffix after another word",
        "suffix",
        lambda name: name.suffix_type if len(name.words) > 1 else None,
        3,
        example="Velmora Quaytechnik",
        expected={"organization": 3},
    ),
    Sign(
        "suffix of a single word",
        "suffix",
        lambda name: name.suffix_type if len(name.words) == 1 else None,
        1,
        example="Velmorabad",
        expected={"place": 1},
    ),
    # Capitals and the ampersand.
    Sign(
        "single word in camel case",
        "capitals",
        lambda name: _camel_case_type(name, is_single=True),
        2,
        example="DeepQuay",
        expected={"organization": 2},
        group="capitals",
    ),
    Sign(
        "camel case among other words",
        "capitals",
        lambda name: _camel_case_type(name, is_single=False),
        0.5,
        example="iQuay Lantern",
        expected={"product": 0.5},
        group="capitals",
    ),
    Sign(
        "acronym",
        "capitals",
        lambda name: len(name.words) == 1 and bool(ACRONYM.fullmatch(name.text)),
        {"organization": 2},
        example="IWB",
        group="capitals",
    ),
    Sign("ampersand", "capitals", lambda name: "&" in name.text, {"organization": 3}, example="Marks & Tarn"),
)
