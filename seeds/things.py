"""Things: the names of one document, the forms of each brought together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from api.terms import fold
from seeds.aliases import expansion, is_alias
from seeds.kinds import ACRONYM, FAMOUS_PLACE, KNOWN_PLACE, Vote, Votes, decide
from seeds.lexicon import frequencies, lexicon, places
from seeds.persons import is_chinese_name, is_western_name
from seeds.tokens import head_type

# What the votes for a shorter form count for the whole name.
SHORT = 0.5
# So many votes, besides those for what the gazetteer has, and the text speaks of a place.
PLACE = 2


@dataclass(slots=True)
class Thing:
    """What several names stand for: its main name, the other forms, and votes for its type.

    `is_sure` where its capital says that it is a name, which at the beginning of a sentence it does not.
    """

    name: str
    words: tuple[str, ...]
    votes: Votes = field(default_factory=lambda: defaultdict(float))
    forms: dict[str, None] = field(default_factory=dict)
    is_titled: bool = False
    is_sure: bool = False
    type: str = ""

    def __post_init__(self) -> None:
        self.forms[self.name] = None

    def count(self, votes: Iterable[Vote], share: float = 1) -> None:
        """Add votes for the type."""
        for kind, weight in votes:
            self.votes[kind] += weight * share

    def settle(self) -> None:
        """Take the type of most votes."""
        self.type = decide(self.votes)


class Groups:
    """Things that differ, each with the forms that it has in the document; the longest names come first."""

    def __init__(self, small: Collection[str]) -> None:
        self.things: list[Thing] = []
        self._small = small
        self._by_folded: dict[str, Thing] = {}
        self._by_word: dict[str, list[Thing]] = {}

    def add(self, thing: Thing) -> Thing:
        """Add a thing of its own."""
        self.things.append(thing)
        self._by_folded.setdefault(fold(thing.name), thing)
        for word in set(thing.words):
            self._by_word.setdefault(word, []).append(thing)
        return thing

    def owner(self, thing: Thing) -> Thing | None:
        """Give the thing with a longer name that `thing` is a shorter form of, or with the same."""
        if len(thing.words) == 1 and thing.words[0] in lexicon().function:
            return None
        longer = self._by_word.get(thing.words[0], ())
        owners = (one for one in longer if len(one.words) > len(thing.words) and self._is_short(thing, one))
        return next(owners, self._by_folded.get(fold(thing.name)))

    def _is_short(self, thing: Thing, longer: Thing) -> bool:
        if longer.type == "person":
            is_word = len(thing.words) == 1 and thing.words[0] in self._small and not thing.is_sure
            return _is_part_of_person(thing.words, longer.words) and not is_word and not _is_place(thing)
        if _is_respelt(thing.words, longer.words):
            return True
        if thing.is_titled or places().get(fold(thing.name)) or _is_place(thing):
            return False
        if longer.type == "organization" and thing.words == longer.words[: len(thing.words)]:
            return _begins_organization(thing, longer.words)
        return _is_shortened(thing.words, longer.words)


def grouped(
    things: dict[str, Thing], pairs: Mapping[str, str], known: Mapping[str, object], small: Collection[str]
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
    # Family names come last or, in East Asia, first; some persons are called by their given name.
    return words == whole[:1] and (is_chinese_name(whole) or not is_western_name(whole))


def _begins_organization(thing: Thing, whole: Sequence[str]) -> bool:
    """Tell whether a thing is an organization without the words that say so: Quayline for … Shipping Ltd."""
    rest = whole[len(thing.words) :]
    is_plain = rest[-1] in lexicon().heads or all(word in frequencies() for word in rest)
    is_name = thing.is_sure or any(word not in frequencies() for word in thing.words)
    return is_plain and is_name and head_type(thing.words) is None


def _is_respelt(words: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Tell whether words are a longer name in another form: Hague, The Hague; Bern Lake, Lake of Bern."""
    is_turned = len(words) > 1 and whole == (words[-1], "of", *words[:-1])
    return is_turned or whole == ("the", *words)


def _is_shortened(words: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Tell whether words are some of a longer name, its head among them: Sea Board, Sea Safety Board."""
    if len(words) < 2 or words[-1] != whole[-1] or head_type(words) is None:
        return False
    remaining = iter(whole)
    return all(word in remaining for word in words)


def _is_place(thing: Thing) -> bool:
    """Tell whether the text speaks of `thing` as of a place, whatever else has its name."""
    known = places().get(fold(thing.name))
    votes = thing.votes["place"]
    if known is not None:
        votes -= FAMOUS_PLACE if known else KNOWN_PLACE
    return votes >= PLACE
