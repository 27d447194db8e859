"""Signs that read how the text uses a name: bare, after `the`, in quotation marks, or shortened.

A sign is a rule that votes for the type of a name, such as person or place.
"""

from seeds.extraction.person_names import is_chinese_firm
from seeds.extraction.signs.name_form import MAX_PERSON_WORDS, ClusterName, ShortenedName, UsedName
from seeds.extraction.signs.sign import Sign

# Words that do not occur in the names of persons.
NON_PERSON_WORDS = frozenset(("and", "for", "of", "on", "the"))


def _is_plural_word(name: UsedName) -> bool:
    return name.last.endswith("s") and name.last[:-1] in name.lexicon.frequencies


def _ends_in_unknown_word(name: UsedName) -> bool:
    return not name.are_english[-1] or name.lexicon.is_place(name.last)


def _is_family_name(name: UsedName) -> bool:
    word, lexicon = name.last, name.lexicon
    return name.usage == "bare" and word in lexicon.family_names and not lexicon.is_place(word)


def _is_not_person(name: UsedName) -> bool:
    linking_words = NON_PERSON_WORDS | name.lexicon.foreign_linking_words
    is_too_long = len(name.words) > MAX_PERSON_WORDS
    return is_too_long or all(name.are_english) or not linking_words.isdisjoint(name.words)


def _begins_arabic_name(name: UsedName) -> bool:
    is_unknown = not name.are_english[-1] and name.last not in name.lexicon.family_names
    return name.words[0] == "al" and is_unknown


def _begins_with_known_place(name: UsedName) -> bool:
    first = name.words[0]
    return bool(name.lexicon.is_well_known_place(first)) and first not in name.lexicon.possible_given_names


def _shortens_person(name: ShortenedName) -> bool:
    lexicon = name.lexicon
    # If Second Harvest begins a sentence, the function word Second is removed, and only Harvest remains.
    is_remainder = name.words[0] in lexicon.function_words and name.last in lexicon.frequencies
    is_person = name.is_last_word and not is_remainder and not lexicon.gazetteer.get(name.last)
    return _can_be_shortened(name) and is_person


def _shortens_organization(name: ShortenedName) -> bool:
    return _can_be_shortened(name) and not name.is_last_word and not _can_be_first_name(name)


def _can_be_shortened(name: ShortenedName) -> bool:
    has_linking_word = not NON_PERSON_WORDS.isdisjoint(name.words)
    return not has_linking_word and name.lexicon.head_type(name.words) is None


def _can_be_first_name(name: ShortenedName) -> bool:
    """Return True if the first word of a name, used alone, can mean a person or a place.

    Such a word is a given name (Tara), a Chinese or Korean family name (Zhang), or a place (Bern).
    """
    lexicon, first = name.lexicon, name.words[0]
    is_surname = first in lexicon.chinese_surnames or first in lexicon.korean_surnames
    return first in lexicon.possible_given_names or is_surname or lexicon.is_place(first)


SIGNS: tuple[Sign[UsedName], ...] = (
    Sign(
        "single word",
        "single word",
        lambda name: len(name.words) == 1,
        {"organization": 0.5},
        example="Then [Velmora] came.",
    ),
    Sign(
        "single word that is a family name and no place",
        "single word",
        _is_family_name,
        {"person": 2},
        example="Then [Lindqvist] came.",
    ),
    Sign(
        "quoted words without a known head noun",
        "quoted name",
        lambda name: len(name.words) > 1 and name.head not in name.lexicon.head_nouns,
        {"policy": 1.4, "product": 1.2, "organization": -3},
        example="They signed the '[Salty Lantern]' again.",
    ),
    Sign(
        "article and a head noun of organizations and products",
        "name after an article",
        lambda name: name.lexicon.ambiguous_head_nouns.get(name.head) == "organization product",
        {"product": 1.5},
        example="They charged the [Velmora Battery] again.",
    ),
    # Several words whose type is unknown, with an article.
    Sign(
        "article and a last word that is not English",
        "unknown words after an article",
        _ends_in_unknown_word,
        {"organization": 1, "product": 0.8},
        example="They asked the [Rajya Brevik] again.",
        group="unknown words after an article",
    ),
    Sign(
        "article and an English plural",
        "unknown words after an article",
        _is_plural_word,
        {"organization": 1.2, "product": 0.6},
        example="They met the [Harbour Saints] again.",
        group="unknown words after an article",
    ),
    Sign(
        "article and an English word",
        "unknown words after an article",
        lambda name: name.are_english[-1],
        {"product": 1.5, "policy": 1.2},
        example="They sailed the [Velmora Star] again.",
        group="unknown words after an article",
    ),
    # Several words whose type is unknown, without an article.
    Sign(
        "only English words, or too many words for a person",
        "unknown words",
        _is_not_person,
        {"organization": 1, "product": 0.8},
        example="They asked [Northern Lantern] again.",
        group="unknown words",
    ),
    Sign(
        "Arabic article",
        "unknown words",
        _begins_arabic_name,
        {"place": 1.5, "organization": 1.2, "person": 1},
        example="They asked [Al Velmora] again.",
        group="unknown words",
    ),
    Sign(
        "well-known place as first word",
        "unknown words",
        _begins_with_known_place,
        {"organization": 2.5, "product": 0.6},
        example="They asked [Oslo Velmora] again.",
        group="unknown words",
    ),
    Sign(
        "Chinese words that are not a personal name",
        "unknown words",
        lambda name: is_chinese_firm(name.lexicon, name.words),
        {"organization": 2.5, "product": 0.6},
        example="They asked [Zhongtai Lanhai] again.",
        group="unknown words",
    ),
    Sign(
        "English word and a last word that is not English",
        "unknown words",
        lambda name: not name.are_english[-1] and any(name.are_english),
        {"person": 1.5, "product": 0.6},
        example="They asked [Harbour Ekkelund] again.",
        group="unknown words",
    ),
    Sign(
        "no English word",
        "unknown words",
        lambda name: not name.are_english[-1],
        {"person": 2.5, "product": 0.6},
        example="They asked [Tovrik Ekkelund] again.",
        group="unknown words",
    ),
    Sign(
        "family name as last word",
        "unknown words",
        lambda name: name.last in name.lexicon.family_names,
        {"person": 2, "organization": 1.5},
        example="They asked [Velmora Young] again.",
        group="unknown words",
    ),
    Sign(
        "English word after a word that is not English",
        "unknown words",
        lambda name: name.are_english[-1],
        {"organization": 2.5, "product": 0.6},
        example="They asked [Velmora Weather] again.",
        group="unknown words",
    ),
    # The usage alone, for any words.
    Sign(
        "article",
        "name after an article",
        lambda name: name.usage == "article",
        {"person": -3, "place": -1},
        example="They asked the [Velmora] again.",
    ),
    Sign(
        "attribute of the following noun",
        "attribute",
        lambda name: name.usage == "attribute",
        {"person": -2},
        example="They sold the [Velmora] phone again.",
    ),
    Sign(
        "quotation marks",
        "quoted name",
        lambda name: name.usage == "quoted",
        {"person": -2, "place": -3},
        example="They sold '[Velmora]' again.",
    ),
)

SHORT_FORM_SIGNS: tuple[Sign[ShortenedName], ...] = (
    Sign(
        "last word alone",
        "short form",
        _shortens_person,
        {"person": 2},
        example="They met [Tovrik Ekkelund]. Then Ekkelund left.",
    ),
    Sign(
        "first word alone",
        "short form",
        _shortens_organization,
        {"organization": 2},
        example="They met [Tovrik Ekkelund]. Then Tovrik grew.",
    ),
)

CLUSTER_SIGNS: tuple[Sign[ClusterName], ...] = (
    Sign(
        # The first mention of a person usually has two words.
        "single word that is not a short form",
        "cluster",
        lambda name: len(name.words) == 1,
        {"person": -1},
        example="Then [Velmora] came.",
    ),
)
