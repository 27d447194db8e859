"""Titles before the names of persons: offices, ranks and forms of address, which are not part of the name."""

from collections.abc import Sequence

from seeds.extraction.candidates.tokens import (
    Token,
    head_type_of,
    is_english_word,
)
from seeds.extraction.lexicon import Lexicon
from seeds.extraction.person_names import GENERATIONS

# The ends of offices before a portfolio. The first letter is left out, because it can be a capital or not.
OFFICES_BEFORE_PORTFOLIO = (
    "inister of ",
    "inister for ",
    "inisters of ",
    "ecretary of ",
    "ecretary for ",
    "ommissioner for ",
)
# The most letters of a common noun before a name.
MAX_NOUN_LENGTH = 20


def split_before_title(lexicon: Lexicon, text: str, run: list[Token]) -> list[list[Token]]:
    """Split `run`, capitalised words of `text`, before a title: `Apple | Chief Executive Tim Cook`.

    Without a title in the middle, the result contains only `run`.
    """
    can_split = len(run) > 2 and head_type_of(lexicon, text, run) is None
    index = _title_index(lexicon, run) if can_split else 0
    return [run[:index], run[index:]] if index else [run]


def _title_index(lexicon: Lexicon, run: Sequence[Token]) -> int:
    """Return the index of the word in `run` where a title begins: 1 for `Apple Chief Executive Tim Cook`.

    Return 0 if no title is in the middle of `run`.
    """
    for index, token in enumerate(run[1:-1], 1):
        following = run[index + 1]
        is_generation = following.text.rstrip(".") in GENERATIONS
        is_head = is_generation or (
            following.lower in lexicon.head_types and following.lower not in lexicon.chinese_surnames
        )
        if _is_rank(lexicon, token) and not is_title_word(lexicon, following) and not is_head:
            earlier = range(index - 1, -1, -1)
            return next((at + 1 for at in earlier if not is_title_word(lexicon, run[at])), 0)
    return 0


def split_title(lexicon: Lexicon, text: str, run: list[Token]) -> tuple[str | None, list[Token]]:
    """Split `run`, capitalised words of `text`, into a title at the beginning and the remaining words.

    Without a title, return None and all words. If there is only a title, return None and no words.
    """
    length = _title_length(lexicon, text, run)
    rest = run[length:]
    # General Administration of Sport and Premier League begin like a title, but are organizations.
    if length and rest and run[0].lower not in lexicon.honorifics and head_type_of(lexicon, text, run):
        return None, run
    return (text[run[0].start : run[length - 1].end] if length and rest else None), rest


def _title_length(lexicon: Lexicon, text: str, run: Sequence[Token]) -> int:
    length = 0
    while length < len(run) and (
        is_title_word(lexicon, run[length]) or run[length].lower in lexicon.demonyms
    ):
        length += 1
    if length and length < len(run) and run[length].text.rstrip(".") in GENERATIONS:
        length -= 1  # The rank is a family name: Erik King Jr.
    while length and not _is_rank(lexicon, run[length - 1]):
        length -= 1
    if length and _is_product(lexicon, text, run[0].start):
        return 0
    # The country of an office in lower case: prime minister of Ruritania Jan Novak.
    if not length and len(run) > 1 and text.endswith("inister of ", 0, run[0].start):
        return _country_length(lexicon, text, run)
    return length


def _country_length(lexicon: Lexicon, text: str, run: Sequence[Token]) -> int:
    """Return how many words at the beginning of `run` are the name of a country.

    `run` contains the capitalised words after `minister of`. For `Ruritania Jan Novak`, return 1. Return 0 if
    the complete run is a place. An unknown country counts as one word.
    """
    if lexicon.is_place(text[run[0].start : run[-1].end]):
        return 0
    ends = range(len(run) - 1, 1, -1)
    return next((end for end in ends if lexicon.is_place(text[run[0].start : run[end - 1].end])), 1)


def _is_product(lexicon: Lexicon, text: str, start: int) -> bool:
    """Return True if the noun before offset `start` of `text` is a product, as in `the ferry Queen Astrid`.

    After such a noun, a word like Queen is part of the product's name and not the title of a person.
    """
    word = text[max(0, start - MAX_NOUN_LENGTH) : start].rpartition(" ")[0].rpartition(" ")[2]
    return "product" in (lexicon.common_nouns.get(word), lexicon.head_nouns.get(word))


def strip_portfolio(lexicon: Lexicon, text: str, run: list[Token]) -> list[Token]:
    """Return `run` without a minister's portfolio: `Harbour Minister Tove Ek` becomes `Minister Tove Ek`.

    `run` contains capitalised words of `text`. After `minister of`, `Ports Tove Ek` becomes `Tove Ek`.
    """
    is_after_office = run and text.endswith(OFFICES_BEFORE_PORTFOLIO, 0, run[0].start)
    if is_after_office and lexicon.is_place(text[run[0].start : run[-1].end]):
        return run
    ranks = lexicon.portfolio_ranks
    if not is_after_office and not any(token.lower in ranks for token in run[1:-1]):
        return run
    length = next((at for at, token in enumerate(run) if not _is_portfolio_word(lexicon, token)), len(run))
    is_portfolio = is_after_office or (length < len(run) - 1 and run[length].lower in ranks)
    return run[length:] if is_portfolio else run


def _is_portfolio_word(lexicon: Lexicon, token: Token) -> bool:
    is_name_word = token.lower in lexicon.title_words or token.lower in lexicon.given_names
    return is_english_word(lexicon, token) and not is_name_word


def is_title_word(lexicon: Lexicon, token: Token) -> bool:
    """Return True if `token` can be part of a title before a person's name, such as Dr, Chief or Minister."""
    titles, word = lexicon.title_words, token.lower
    return word in titles or ("-" in word and all(part in titles for part in word.split("-")))


def _is_rank(lexicon: Lexicon, token: Token) -> bool:
    return is_title_word(lexicon, token) and token.lower.rpartition("-")[2] in lexicon.ranks
