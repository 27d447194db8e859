"""Things: the names of one document, the forms of each brought together."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from api.search.analyzer import fold
from seeds.extraction.bracketed_aliases import expansion, is_alias
from seeds.extraction.form_signs import ACRONYM
from seeds.extraction.lexicon import frequencies, is_place, lexicon, places
from seeds.extraction.person_names import is_chinese_name, is_western_name
from seeds.extraction.tokens import head_noun, head_type
from seeds.extraction.votes import FAMOUS_PLACE, KNOWN_PLACE, Vote, Votes, decide

# What the votes for a shorter form count for the whole name.
SHORT = 0.5
# So many votes, besides those for what the gazetteer has, and the text speaks of a place.
PLACE = 2
# The same where a person has the name and the gazetteer has it not.
PERSON = 4


@dataclass(slots=True)
class Thing:
    """What several names stand for: its main name, the other forms, and votes for its type.

    `is_sure` where its capital says that it is a name, which at the beginning of a sentence it does not;
    `starts` counts the sentences that it begins as names do.
    """

    name: str
    words: tuple[str, ...]
    votes: Votes = field(default_factory=lambda: defaultdict(float))
    signs: dict[Vote, int] = field(default_factory=dict)
    forms: dict[str, None] = field(default_factory=dict)
    dresses: dict[str, int] = field(default_factory=lambda: {"quoted": 0, "the": 0, "attribute": 0, "": 0})
    is_titled: bool = False
    is_sure: bool = False
    starts: int = 0
    type: str = ""

    def __post_init__(self) -> None:
        self.forms[self.name] = None

    def count(self, votes: Iterable[Vote], share: float = 1) -> None:
        """Add votes for the type."""
        for kind, weight in votes:
            self.votes[kind] += weight * share

    def count_again(self, votes: Iterable[Vote]) -> None:
        """Add votes of one more place: of the same sign the second counts half, the third a third."""
        for vote in votes:
            number = self.signs[vote] = self.signs.get(vote, 0) + 1
            self.votes[vote[0]] += vote[1] / number

    @property
    def dress(self) -> str:
        """What it has on: `quoted` if it ever is, `the` where it mostly has an article of its own,
        `attribute` if its article is always that of what follows, as in `the Velmora phone`, or nothing.
        """
        if self.dresses["quoted"]:
            return "quoted"
        if self.dresses["the"] > self.dresses[""]:
            return "the"
        return "attribute" if self.dresses["attribute"] and not self.dresses[""] else ""

    def settle(self) -> None:
        """Take the type of most votes."""
        self.type = decide(self.votes)


class Groups:
    """Things that differ, each with the forms that it has in the document; the longest names come first."""

    def __init__(self, small: Container[str]) -> None:
        self.things: list[Thing] = []
        self._small = small
        self._by_folded: dict[str, Thing] = {}
        self._by_word: dict[str, list[Thing]] = {}

    def add(self, thing: Thing) -> Thing:
        """Add a thing of its own."""
        self.things.append(thing)
        self._by_folded.setdefault(_folded(thing), thing)
        for word in set(thing.words):
            self._by_word.setdefault(word, []).append(thing)
        return thing

    def owner(self, thing: Thing) -> Thing | None:
        """Give the thing with a longer name that `thing` is a shorter form of, or with the same."""
        if len(thing.words) == 1 and thing.words[0] in lexicon().function:
            return None
        longer = self._by_word.get(thing.words[0], ())
        owners = (one for one in longer if len(one.words) > len(thing.words) and self._is_short(thing, one))
        return next(owners, self._by_folded.get(_folded(thing)))

    def _is_short(self, thing: Thing, longer: Thing) -> bool:
        if longer.type == "person":
            is_word = len(thing.words) == 1 and thing.words[0] in self._small and not thing.is_sure
            return (
                _is_part_of_person(thing.words, longer.words) and not is_word and not _is_place(thing, PERSON)
            )
        if _is_respelt(thing.words, longer.words) or _is_head_alone(thing, longer):
            return True
        if thing.is_titled or places().get(fold(thing.name)) or _is_place(thing):
            return False
        if longer.type == "organization" and thing.words == longer.words[: len(thing.words)]:
            return _begins_organization(thing, longer.words)
        return _is_shortened(thing.words, longer.words)


def _folded(thing: Thing) -> str:
    return fold(" ".join(thing.words))


def grouped(
    things: dict[str, Thing], pairs: Mapping[str, str], known: Mapping[str, object], small: Container[str]
) -> list[Thing]:
    """Bring the forms of one thing together; `pairs` are what stood in brackets after which name.

    No shorter form is looked for in what `known` has, and `small` are the words that the text has in small
    letters.
    """
    groups, home = Groups(small), dict[str, Thing]()
    aliases = {alias: name for alias, name in pairs.items() if is_alias(alias, name, known)}
    for thing in sorted(things.values(), key=lambda one: (-len(one.words), one.name)):
        if thing.name in aliases:
            continue
        owner = None if thing.name in known else groups.owner(thing)
        if owner:
            _merge(owner, thing)
        home[thing.name] = owner or groups.add(thing)
    for alias, name in aliases.items():
        if name in home:
            _merge(home[name], things.get(alias) or Thing(alias, (alias.lower(),)))
            _expand(home[name], alias, known)
    return groups.things


def _merge(owner: Thing, thing: Thing) -> None:
    owner.forms |= thing.forms
    owner.count(thing.votes.items(), SHORT)
    owner.is_sure |= thing.is_sure


def _expand(thing: Thing, acronym: str, known: Mapping[str, object]) -> None:
    """Call `thing` by what its acronym abbreviates, without the country before it."""
    full = expansion(thing.name, acronym) if ACRONYM.fullmatch(acronym) else ""
    if full and thing.name not in known:
        thing.forms[full] = None
        thing.name = full


def _is_part_of_person(words: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    if words == whole[-len(words) :]:
        return True
    # Of two family names the first is used alone too.
    if len(whole) > 2 and words == whole[-2:-1] and is_western_name(whole):
        return words[0] not in lexicon().particles
    # Family names come last or, in East Asia, first; some persons are called by their given name.
    return words == whole[:1] and (is_chinese_name(whole) or not is_western_name(whole))


def _begins_organization(thing: Thing, whole: Sequence[str]) -> bool:
    """Tell whether a thing is an organization without the words that say so: Quayline for … Shipping Ltd."""
    rest = whole[len(thing.words) :]
    if lexicon().legal_forms.issuperset(_without_country(rest)):
        return True
    is_name = thing.is_sure or any(word not in frequencies() for word in thing.words)
    return "of" not in rest and is_name and head_type(thing.words) is None


def _is_respelt(words: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Tell whether words are a longer name in another form: Bern Lake, Lake of Bern; Olga, Typhoon Olga."""
    is_turned = len(words) > 1 and whole == (words[-1], "of", *words[:-1])
    is_storm = lexicon().first_words.get(whole[0]) == "event" and words == whole[1:]
    return is_turned or is_storm or whole == ("the", *words) or _is_without_country(words, whole)


def _is_without_country(words: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Tell whether words are a longer name without what country it is of: Reserve Bank of Ruritania."""
    return len(words) > 1 and "of" in whole and words == _without_country(whole) != whole


def _without_country(words: Sequence[str]) -> Sequence[str]:
    of = next((place for place, word in enumerate(words) if word == "of"), len(words))
    return words[:of] if is_place(" ".join(words[of + 1 :])) else words


def _is_head_alone(thing: Thing, longer: Thing) -> bool:
    """Tell whether a thing is the head of a place, with its capital: the Gulf, after the Gulf of Brevik."""
    is_alone = len(thing.words) == 1 and thing.is_sure and longer.type == "place"
    is_head = is_alone and lexicon().heads.get(thing.words[0]) == "place"
    return is_head and thing.words[0] == head_noun(longer.words)


def _is_shortened(words: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Tell whether words are some of a longer name, its head among them: Sea Board, Sea Safety Board."""
    if len(words) < 2 or words[-1] != whole[-1] or head_type(words) is None:
        return False
    remaining = iter(whole)
    return all(word in remaining for word in words)


def _is_place(thing: Thing, unknown: float = PLACE) -> bool:
    """Tell whether the text speaks of `thing` as of a place, whatever else has its name.

    It takes `unknown` votes where the gazetteer has none of that name.
    """
    known = places().get(fold(thing.name))
    if known is None:
        return thing.votes["place"] >= unknown
    return thing.votes["place"] - (FAMOUS_PLACE if known else KNOWN_PLACE) >= PLACE
