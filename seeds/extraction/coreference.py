"""Coreference resolution: find the names in one document that refer to the same entity."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from api.models import ENTITY_TYPES
from api.search.analyzer import fold
from seeds.extraction.bracketed_aliases import ACRONYM, expansion, is_alias
from seeds.extraction.lexicon import Lexicon
from seeds.extraction.person_names import is_chinese_name, is_western_name, without_generation
from seeds.extraction.signs.context import USAGES, Usage
from seeds.extraction.signs.form_signs import OTHER_PLACE_WEIGHT, WELL_KNOWN_PLACE_WEIGHT
from seeds.extraction.signs.sign import Vote

# The factor by which the votes for a shorter form of a name count for the full name.
SHORT_FORM_SHARE = 0.5
# A text uses a name for a place if the votes for a place, without the gazetteer's, have at least this weight.
MIN_PLACE_WEIGHT = 2
# The same limit for a name that can be the family name of a person, and is not in the gazetteer.
MIN_FAMILY_NAME_PLACE_WEIGHT = 4


@dataclass(slots=True)
class EntityCluster:
    """The names that one document uses for one entity, with the votes for the entity's type.

    A vote is a pair of an entity type and a weight.

    Attributes:
        name: The main name.
        words: The words of the main name in lower case.
        votes: For each entity type, the sum of the weights of its votes.
        vote_counts: How often each vote of the words around a mention has been added.
        forms: The keys are the main name and its other forms, in the order found.
        usage_counts: How often the name is used in each way, such as `quoted`; see `Usage`.
        is_titled: True if a mention of the name follows a title, such as Dr.
        is_certain: True if the name occurs in mid-sentence, where a capital shows a name.
        start_weight: How strongly the text shows that the name is no ordinary word. Each sentence that begins
            with the name adds 0, 1 or 2.
        adjective_count: How many mentions use the name like a nationality: `Velmoran officials`.
        is_nationality: True if the name is an adjective of a nationality, such as Velmoran.
        type: The type with the highest sum of votes, or an empty string before `update_type` is called.
    """

    name: str
    words: tuple[str, ...]
    votes: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    vote_counts: dict[Vote, int] = field(default_factory=dict)
    forms: dict[str, None] = field(default_factory=dict)
    usage_counts: dict[Usage, int] = field(default_factory=lambda: dict.fromkeys(USAGES, 0))
    is_titled: bool = False
    is_certain: bool = False
    start_weight: int = 0
    adjective_count: int = 0
    is_nationality: bool = False
    type: str = ""

    def __post_init__(self) -> None:
        self.forms[self.name] = None

    def add_votes(self, votes: Iterable[Vote], share: float = 1) -> None:
        """Add the weight of each vote, multiplied by `share`, to the sum of its entity type.

        `share` is less than 1 for votes of a short form of the name.
        """
        for kind, weight in votes:
            self.votes[kind] += weight * share

    def add_context_votes(self, votes: Iterable[Vote]) -> None:
        """Add the votes of the words around a further mention of the name.

        Repeated votes count less: the second equal vote adds half of its weight, the third a third.
        """
        for vote in votes:
            count = self.vote_counts[vote] = self.vote_counts.get(vote, 0) + 1
            self.votes[vote[0]] += vote[1] / count

    @property
    def usage(self) -> Usage:
        """How the document mostly uses the name. The first rule that applies decides:

        - `quoted`: A mention is in quotation marks.
        - `article`: Mentions after `the` or a similar word (`the Velmora`) outnumber the bare ones.
        - `attribute`: A mention is between such a word and a noun, as in `a Velmora phone`, and none is bare.
        - `bare`: All other cases. A bare mention has neither quotation marks nor such a word before it.
        """
        counts = self.usage_counts
        if counts["quoted"]:
            return "quoted"
        if counts["article"] > counts["bare"]:
            return "article"
        return "attribute" if counts["attribute"] and not counts["bare"] else "bare"

    def update_type(self) -> None:
        """Set `type` to the entity type with the highest sum of votes.

        If several types have this sum, use the first of them in `ENTITY_TYPES`.
        """
        self.type = max(ENTITY_TYPES, key=self.votes.__getitem__)


class Clusters:
    """The entities found in a document. Each entity is a cluster of names.

    For each name, from the longest to the shortest, call `find_owner`. If it returns None, call `add`.

    Args:
        lowercase_words: The words that the document also writes in lower case.
    """

    def __init__(self, lexicon: Lexicon, lowercase_words: Container[str]) -> None:
        self.clusters: list[EntityCluster] = []
        self._lexicon = lexicon
        self._lowercase_words = lowercase_words
        self._by_folded_name: dict[str, EntityCluster] = {}
        self._by_word: dict[str, list[EntityCluster]] = {}

    def add(self, cluster: EntityCluster) -> EntityCluster:
        """Add `cluster`, the names of a new entity, and return `cluster`.

        The caller must first check with `find_owner` that the entity is new.
        """
        self.clusters.append(cluster)
        self._by_folded_name.setdefault(_folded_name(cluster.words), cluster)
        for word in set(cluster.words):
            self._by_word.setdefault(word, []).append(cluster)
        return cluster

    def find_owner(self, cluster: EntityCluster) -> EntityCluster | None:
        """Return the existing cluster of the entity that `cluster` names, or None if the entity is new.

        The returned cluster has a longer form of the name, or the same name with different case or
        diacritics.
        """
        if len(cluster.words) == 1 and cluster.words[0] in self._lexicon.function_words:
            return None
        same_word = self._by_word.get(cluster.words[0], ())
        longer = (each for each in same_word if len(each.words) > len(cluster.words))
        owners = (each for each in longer if self._is_short_form(cluster, each))
        return next(owners, self._by_folded_name.get(_folded_name(cluster.words)))

    def _is_short_form(self, short: EntityCluster, longer: EntityCluster) -> bool:
        lexicon = self._lexicon
        if longer.type == "person":
            # A word that is otherwise in lower case can have its capital only because it begins a sentence.
            is_word = len(short.words) == 1 and short.words[0] in self._lowercase_words
            return (
                _is_part_of_person(lexicon, short.words, longer.words)
                and not (is_word and not short.is_certain)
                and not _is_place(lexicon, short, MIN_FAMILY_NAME_PLACE_WEIGHT)
            )
        if _is_variant(lexicon, short.words, longer.words) or _is_bare_head(lexicon, short, longer):
            return True
        if short.is_titled or lexicon.is_well_known_place(short.name) or _is_place(lexicon, short):
            return False
        if longer.type == "organization" and short.words == longer.words[: len(short.words)]:
            return _begins_organization(lexicon, short, longer.words)
        if _begins_facility(lexicon, short, longer):
            return True
        return _is_abridged(lexicon, short.words, longer.words)


# The same names occur in many documents.
@lru_cache(maxsize=4_096)
def _folded_name(words: tuple[str, ...]) -> str:
    return fold(" ".join(words))


def resolve_coreference(
    lexicon: Lexicon,
    clusters: dict[str, EntityCluster],
    aliases: Mapping[str, str],
    known: Mapping[str, object],
    lowercase_words: Container[str],
) -> list[EntityCluster]:
    """Merge the names of a document that refer to the same entity, and return one cluster for each entity.

    Args:
        clusters: For each name, a cluster that contains only this name.
        aliases: For each possible alias in brackets, the name before the brackets.
        known: The known entities, by name. These names are not merged into longer names.
        lowercase_words: The words that the document also writes in lower case.
    """
    merged, cluster_by_name = Clusters(lexicon, lowercase_words), dict[str, EntityCluster]()
    aliases = _main_names({a: name for a, name in aliases.items() if is_alias(lexicon, a, name, known)})
    for cluster in sorted(clusters.values(), key=lambda each: (-len(each.words), each.name)):
        if cluster.name in aliases:
            continue
        owner = None if cluster.name in known else merged.find_owner(cluster)
        if owner:
            _merge(owner, cluster)
        cluster_by_name[cluster.name] = owner or merged.add(cluster)
    for alias, name in aliases.items():
        _merge(cluster_by_name[name], clusters.get(alias) or EntityCluster(alias, (alias.lower(),)))
        _expand(cluster_by_name[name], alias, known)
    return merged.clusters


def _main_names(aliases: Mapping[str, str]) -> dict[str, str]:
    """Map each alias to the name at the end of its chain: in `A (B)` and `B (C)`, both B and C to A.

    If a chain ends in names that are aliases of each other, as in `A (B)` and `B (A)`, the longest of these
    names is the end.
    """
    main_names: dict[str, str] = {}
    for alias in aliases:
        chain = [alias]
        while (name := aliases.get(chain[-1])) and name not in chain:
            chain.append(name)
        ends = chain[chain.index(name) :] if name else chain[-1:]
        main_name = max(ends, key=lambda each: (len(each), each))
        if main_name != alias:
            main_names[alias] = main_name
    return main_names


def _merge(owner: EntityCluster, cluster: EntityCluster) -> None:
    owner.forms |= cluster.forms
    owner.add_votes(cluster.votes.items(), SHORT_FORM_SHARE)
    owner.is_certain |= cluster.is_certain


def _expand(cluster: EntityCluster, acronym: str, known: Mapping[str, object]) -> None:
    """Rename `cluster` to the last words of its name if `acronym` abbreviates only these words.

    For example, Ruritania Waters Board with the acronym WB becomes Waters Board. Names in `known` do not
    change.
    """
    full = expansion(cluster.name, acronym) if ACRONYM.fullmatch(acronym) else ""
    if full and cluster.name not in known:
        cluster.forms[full] = None
        cluster.name = full


def _is_part_of_person(lexicon: Lexicon, short: tuple[str, ...], longer: tuple[str, ...]) -> bool:
    if short == longer[-len(short) :]:
        return True
    longer = without_generation(longer)
    if short == longer[-len(short) :]:
        return True
    # The first of two family names is also used alone.
    if len(longer) > 2 and short == longer[-2:-1] and is_western_name(lexicon, longer):
        return short[0] not in lexicon.name_particles
    # The family name is the last word or, in East Asia, the first. Some persons use their given name alone.
    is_family_first = is_chinese_name(lexicon, longer) or not is_western_name(lexicon, longer)
    return short == longer[:1] and is_family_first


def _begins_organization(lexicon: Lexicon, short: EntityCluster, longer: Sequence[str]) -> bool:
    """Return True if `short` begins the name of an organization: Quayline for Quayline Shipping Ltd.

    `longer` contains the words of the complete name. The caller ensures that they begin with the words of
    `short`.
    """
    rest = longer[len(short.words) :]
    if lexicon.legal_forms.issuperset(_without_country(lexicon, rest)):
        return True
    is_name = short.is_certain or any(word not in lexicon.frequencies for word in short.words)
    return "of" not in rest and is_name and lexicon.head_type(short.words) is None


def _begins_facility(lexicon: Lexicon, short: EntityCluster, longer: EntityCluster) -> bool:
    """Return True if the name of a plant or similar place begins with a shorter name.

    For example, `longer` is Tarnhus Refinery and `short` is Tarnhus. `short` must not be in the list of
    places (the gazetteer).
    """
    head = lexicon.head_noun(longer.words)
    is_start = short.words == longer.words[: len(short.words)] and short.words != longer.words
    is_facility = longer.type in ("place", "organization") and head in lexicon.facility_heads
    return (
        is_start
        and is_facility
        and not lexicon.is_place(short.name)
        and short.words[0] not in lexicon.frequencies
    )


def _is_variant(lexicon: Lexicon, short: tuple[str, ...], longer: tuple[str, ...]) -> bool:
    """Return True if `short` is the name `longer` in a different order or without an optional part.

    Examples are Bern Lake for Lake of Bern, Olga for Typhoon Olga, and Hague for The Hague.
    """
    is_inverted = len(short) > 1 and longer == (short[-1], "of", *short[:-1])
    is_event = lexicon.first_words.get(longer[0]) == "event" and short == longer[1:]
    is_without_article = longer == ("the", *short)
    return is_inverted or is_event or is_without_article or _is_without_country(lexicon, short, longer)


def _is_without_country(lexicon: Lexicon, short: tuple[str, ...], longer: tuple[str, ...]) -> bool:
    """Return True if `short` is `longer` without a country: Reserve Bank for Reserve Bank of Ruritania."""
    return len(short) > 1 and "of" in longer and short == _without_country(lexicon, longer) != longer


def _without_country(lexicon: Lexicon, words: Sequence[str]) -> Sequence[str]:
    of = next((index for index, word in enumerate(words) if word == "of"), len(words))
    return words[:of] if lexicon.is_place(" ".join(words[of + 1 :])) else words


def _is_bare_head(lexicon: Lexicon, short: EntityCluster, longer: EntityCluster) -> bool:
    """Return True if `short` is only the noun in the name of the place `longer`: Gulf for Gulf of Brevik."""
    is_alone = len(short.words) == 1 and short.is_certain and longer.type == "place"
    is_head = is_alone and lexicon.head_nouns.get(short.words[0]) == "place"
    return is_head and short.words[0] == lexicon.head_noun(longer.words)


def _is_abridged(lexicon: Lexicon, short: tuple[str, ...], longer: tuple[str, ...]) -> bool:
    """Return True if `short` omits words before the last word of `longer`: Sea Board for Sea Safety Board.

    Both must end with the same noun, which must indicate an entity type, as Board indicates an organization.
    """
    if len(short) < 2 or short[-1] != longer[-1] or lexicon.head_type(short) is None:
        return False
    remaining = iter(longer)
    return all(word in remaining for word in short)


def _is_place(lexicon: Lexicon, cluster: EntityCluster, min_unknown: float = MIN_PLACE_WEIGHT) -> bool:
    """Return True if the votes show that the document uses the name in `cluster` for a place.

    The vote of the gazetteer (the list of places) does not count. `min_unknown` is the minimum sum of votes
    for a name outside the gazetteer.
    """
    is_well_known = lexicon.is_well_known_place(cluster.name)
    if is_well_known is None:
        return cluster.votes["place"] >= min_unknown
    gazetteer_weight = WELL_KNOWN_PLACE_WEIGHT if is_well_known else OTHER_PLACE_WEIGHT
    return cluster.votes["place"] - gazetteer_weight >= MIN_PLACE_WEIGHT
