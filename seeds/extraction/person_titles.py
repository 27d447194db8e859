"""Offices and forms of address around names: what of a run is one, and no part of the name."""

from collections.abc import Sequence

from seeds.extraction.lexicon import given_names, is_place, lexicon
from seeds.extraction.tokens import Token, head_of, is_plain

# Before the field of an office.
FIELD_OF = (
    "inister of ",
    "inister for ",
    "inisters of ",
    "ecretary of ",
    "ecretary for ",
    "ommissioner for ",
)

# No noun that says what a name is has more letters.
LONGEST_NOUN = 20


def parted(text: str, run: list[Token]) -> list[list[Token]]:
    """Split a run before an office in its middle: Apple | Chief Executive Tim Cook."""
    place = _place_of_office(run) if len(run) > 2 and head_of(text, run) is None else 0
    return [run[:place], run[place:]] if place else [run]


def _place_of_office(run: Sequence[Token]) -> int:
    """Give the place of the first title before a name, 0 where there is none after something else."""
    for place, token in enumerate(run[1:-1], 1):
        following = run[place + 1]
        is_head = following.lower in lexicon().head_types and following.lower not in lexicon().surnames
        if _is_rank(token) and not is_title(following) and not is_head:
            return next((first + 1 for first in range(place - 1, -1, -1) if not is_title(run[first])), 0)
    return 0


def untitled(text: str, run: list[Token]) -> tuple[str | None, list[Token]]:
    """Take the offices and peoples before a person's name from a run; gives them and the rest."""
    length = _length_of_title(text, run)
    rest = run[length:]
    # General Administration of Sport, Premier League: no office, though it begins like one.
    if length and rest and run[0].lower not in lexicon().honorifics and head_of(text, run):
        return None, run
    return (text[run[0].start : run[length - 1].end] if length and rest else None), rest


def _length_of_title(text: str, run: Sequence[Token]) -> int:
    length = 0
    while length < len(run) and (is_title(run[length]) or run[length].lower in lexicon().demonyms):
        length += 1
    while length and not _is_rank(run[length - 1]):
        length -= 1
    if length and _is_vessel(text, run[0].start):
        return 0
    # The rest of an office whose first half is in small letters: prime minister of Ruritania Jan Novak.
    if not length and len(run) > 1 and text.endswith("inister of ", 0, run[0].start):
        return _length_of_country(text, run)
    return length


def _length_of_country(text: str, run: Sequence[Token]) -> int:
    """Give how many words of a run are the country of an office before it; 0 if no name follows."""
    if is_place(text[run[0].start : run[-1].end]):
        return 0
    ends = range(len(run) - 1, 1, -1)
    return next((end for end in ends if is_place(text[run[0].start : run[end - 1].end])), 1)


def _is_vessel(text: str, start: int) -> bool:
    """Tell whether a product is named at `start`: the ferry Queen Astrid holds no office."""
    word = text[max(0, start - LONGEST_NOUN) : start].rpartition(" ")[0].rpartition(" ")[2]
    return "product" in (lexicon().nouns.get(word), lexicon().heads.get(word))


def without_field(text: str, run: list[Token]) -> list[Token]:
    """Take from a run the field of an office: Harbour Minister Tove Ek, Minister of Ports Tove Ek."""
    is_before = run and text.endswith(FIELD_OF, 0, run[0].start)
    if is_before and is_place(text[run[0].start : run[-1].end]):
        return run
    if not is_before and not any(token.lower in lexicon().with_field for token in run[1:-1]):
        return run
    length = next((place for place, token in enumerate(run) if not _is_field(token)), len(run))
    is_field = is_before or (length < len(run) - 1 and run[length].lower in lexicon().with_field)
    return run[length:] if is_field else run


def _is_field(token: Token) -> bool:
    return is_plain(token) and token.lower not in lexicon().titles and token.lower not in given_names()


def is_title(token: Token) -> bool:
    """Tell whether a word is one of offices and forms of address."""
    titles, word = lexicon().titles, token.lower
    return word in titles or ("-" in word and all(part in titles for part in word.split("-")))


def _is_rank(token: Token) -> bool:
    return is_title(token) and token.lower.rpartition("-")[2] in lexicon().ranks
