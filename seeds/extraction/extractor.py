"""Find the named entities in the texts of one document by rules."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from seeds.extraction.bracketed_aliases import bracketed_text
from seeds.extraction.candidates.name_candidates import NameCandidate, find_candidates, find_quoted
from seeds.extraction.candidates.tokens import UPPER
from seeds.extraction.coreference import EntityCluster, resolve_coreference
from seeds.extraction.lexicon import RARE_WORD, Lexicon
from seeds.extraction.name_lists import NameLists, vote_in_list
from seeds.extraction.nationalities import NATIONALITY_ENDINGS, is_adjective_use, is_nationality
from seeds.extraction.signs.engine import SignEngine

LONG_WORD = re.compile(r"(?<!\w)[^\W\d_]{4,}")
CAPITALISED_WORD = re.compile(rf"(?<![\w-])[{UPPER}][^\W\d_]+(?![\w-])")
# A word that does not begin with a capital, and the parts that apostrophes or hyphens join to the word.
LOWERCASE_WORD = re.compile(r"(?<![\w'-])([^\W_A-Z][^\W_]*)((?:['-]\w+)*)")
# A translation table for ASCII texts. A space replaces each character that LOWERCASE_WORD does not match.
COMPOUND_SEPARATORS = "".join(
    chr(point) if chr(point).isalnum() or chr(point) in "_'-" else " " for point in range(128)
)
# A text is a headline if more than this share of its words is capitalised.
HEADLINE_SHARE = 0.5
# A text of up to this many words is a headline only if all its words are capitalised.
MAX_SHORT_TEXT_WORDS = 3
# Text that often follows a name, but seldom follows a noun without an article.
NAME_CONTINUATION = re.compile(r"'s |, (?:an?|which|who) | (?:had|has|is|was|will) ")
# A verb, which follows the name of a person, but seldom a noun without an article.
PREDICATE = re.compile(
    r"(?:'s)? (?:also |later |then |first |soon |never |often |once |now |himself |herself )?"
    r"(?:was|had|has|is|became|began|ran|won|led|left|went|took|made|gave|held|met|wrote|received|\w{3,}ed) "
)
NEXT_WORD = re.compile(r" ([a-z]+)")
# The `EntityCluster.start_weight` at which a word is a name, if the word occurs only at the beginning of
# sentences.
MIN_START_WEIGHT = 2
# An English word that is not rare is a name only if the votes for its type have at least this weight.
MIN_WORD_VOTES = 1.5
# The weight of the vote of the additional recognizer, such as a spaCy pipeline.
RECOGNIZER_WEIGHT = 3


class RecognizedName(NamedTuple):
    """A name that a recognizer (a rule or model for names) found in a text.

    `start` and `end` are the offsets of the name, and `type` is its entity type.
    """

    start: int
    end: int
    type: str


Recognizer = Callable[[str], Iterable[RecognizedName]]
"""A function that finds names in a text."""


def recognize_nothing(_: str) -> Iterable[RecognizedName]:
    """Return no names. This is the default for the optional recognizer of names, such as a spaCy pipeline."""
    return ()


def is_headline(text: str) -> bool:
    """Return True if most words of `text` are capitalised, so that capitals do not indicate names."""
    words = LONG_WORD.findall(text)
    capitals = sum(word[0].isupper() for word in words)
    is_mostly_capitals = len(words) > MAX_SHORT_TEXT_WORDS and capitals > HEADLINE_SHARE * len(words)
    return 1 < len(words) == capitals or is_mostly_capitals


class EntityExtractor:
    """Finds the named entities of a document by rules.

    Args:
        recognize: An additional function that finds names in a text, such as a spaCy pipeline.
    """

    def __init__(self, lexicon: Lexicon, recognize: Recognizer = recognize_nothing) -> None:
        self._lexicon = lexicon
        self._recognize = recognize
        self._signs = SignEngine(lexicon)

    def extract(
        self, texts: Sequence[str], known: Mapping[str, object], headline: str = ""
    ) -> list[EntityCluster]:
        """Return the entities that a document names. Each entity is a cluster of names, with a type.

        Args:
            texts: The folded texts of the document: without invisible characters, and with plain quotation
                marks.
            known: The known entities, by name. Their names are always accepted.
            headline: The title if most of its words are capitalised, or else empty. Only places and quoted
                names are read from it. `texts` must not contain it.
        """
        lowercase_words = _lowercase_words(texts)
        in_texts, aliases, lists = self._read_texts(texts)
        self._read_quoted(in_texts, headline)
        in_headline = self._places_of_headline(headline, lowercase_words)
        clusters = {name: EntityCluster(name, tuple(name.lower().split())) for name in in_headline} | in_texts
        self._vote_by_name(clusters.values(), _single_words(in_texts.values()))
        for names in lists:
            vote_in_list([clusters[name] for name in names])
        merged = resolve_coreference(self._lexicon, clusters, aliases, known, lowercase_words)
        for cluster in merged:
            cluster.add_votes(self._signs.cluster_votes(cluster.words))
            cluster.update_type()
        words = {word for each in merged for word in each.words}
        for cluster in merged:
            if not cluster.words[0].endswith(NATIONALITY_ENDINGS):
                continue
            cluster.is_nationality = is_nationality(self._lexicon, cluster, words)
        return [cluster for cluster in merged if self._is_entity(cluster, known, lowercase_words)]

    def _read_texts(
        self, texts: Iterable[str]
    ) -> tuple[dict[str, EntityCluster], dict[str, str], Sequence[Sequence[str]]]:
        """Find the names in `texts`, and return `(clusters, aliases, lists)`.

        `clusters` maps each name to its cluster. `aliases` maps each possible alias in brackets to the name
        before it. `lists` contains the names of each enumeration.
        """
        lists = NameLists()
        clusters: dict[str, EntityCluster] = {}
        aliases: dict[str, str] = {}
        for text in texts:
            for candidate in find_candidates(self._lexicon, text):
                cluster = _cluster_of(clusters, candidate.text, candidate.words)
                self._vote_by_context(cluster, text, candidate)
                lists.add(text, candidate)
                if candidate.begins_sentence:
                    cluster.start_weight += self._start_weight(text, candidate)
                else:
                    cluster.is_certain = True
                cluster.is_titled |= candidate.title is not None
                alias = bracketed_text(text, candidate.end)
                if alias:
                    aliases.setdefault(alias, candidate.text)
            for start, end, kind in self._recognize(text):
                name = text[start:end]
                cluster = _cluster_of(clusters, name, tuple(name.lower().split()))
                cluster.add_votes([(kind, RECOGNIZER_WEIGHT)])
                cluster.is_certain = True
        return clusters, aliases, lists.complete()

    def _read_quoted(self, clusters: Mapping[str, EntityCluster], headline: str) -> None:
        """Add votes for the type of each name that `headline` quotes, from the words around the quotation.

        `clusters` contains the cluster of each name in the texts. Quoted names that are not in it are
        ignored.
        """
        # The capitals of a headline carry no information.
        lowercase = "".join(char.lower() if char.isascii() else char for char in headline)
        for candidate in find_quoted(self._lexicon, headline):
            if candidate.text in clusters:
                self._vote_by_context(clusters[candidate.text], lowercase, candidate)

    def _vote_by_context(self, cluster: EntityCluster, text: str, candidate: NameCandidate) -> None:
        context = self._signs.read_context(text, candidate)
        if not context.is_multiword and candidate.words[0].endswith(NATIONALITY_ENDINGS):
            cluster.adjective_count += is_adjective_use(context)
        cluster.add_context_votes(self._signs.context_votes(context))
        cluster.usage_counts[context.usage] += 1

    def _vote_by_name(self, clusters: Iterable[EntityCluster], single_words: Container[str]) -> None:
        """Add votes for the type of each name in `clusters`, and then set the type with the most votes.

        `single_words` are the words that the document uses alone as names, such as Haldane for Margit
        Haldane.
        """
        signs = self._signs
        for cluster in clusters:
            cluster.add_votes(signs.form_votes(cluster.words, cluster.name))
            cluster.add_votes(signs.usage_votes(cluster.words, cluster.usage))
            if len(cluster.words) > 1:
                cluster.add_votes(signs.short_form_votes(cluster.words, single_words))
            cluster.update_type()

    def _start_weight(self, text: str, candidate: NameCandidate) -> int:
        """Return how strongly the words after `candidate`, which begins a sentence, suggest a name.

        - 2: A verb follows a family name. Or a verb of speech follows a rare word that is not a person's
          name.
        - 1: A possessive, `is`, `, which` or similar follows.
        - 0: All other cases, and any candidate that is not a single word of letters.
        """
        word, lexicon = candidate.words[0], self._lexicon
        if len(candidate.words) > 1 or not word.isalpha():
            return 0
        following = NEXT_WORD.match(text, candidate.end)
        if word in lexicon.family_names and PREDICATE.match(text, candidate.end):
            return MIN_START_WEIGHT
        if following and following.group(1) in lexicon.speech_verbs and self._is_rare(word):
            is_person = word in lexicon.possible_given_names or word in lexicon.family_names
            return 0 if is_person else MIN_START_WEIGHT
        return 1 if NAME_CONTINUATION.match(text, candidate.end) else 0

    def _places_of_headline(self, headline: str, lowercase_words: Container[str]) -> Iterator[str]:
        is_place = self._lexicon.is_place
        words = list(CAPITALISED_WORD.finditer(headline))
        for first, second in zip_longest(words, words[1:]):
            both = headline[first.start() : second.end()] if second else ""
            if is_place(both):
                yield both
            elif is_place(first.group()) and first.group().lower() not in lowercase_words:
                yield first.group()

    def _is_entity(
        self, cluster: EntityCluster, known: Mapping[str, object], lowercase_words: Container[str]
    ) -> bool:
        """Return True if `cluster` is an entity, and False if it is only a capitalised word.

        Args:
            cluster: The names of the possible entity, with its type.
            known: The known entities, by name. They are always accepted.
            lowercase_words: The words that the document also writes in lower case. They are probably not
                names.
        """
        is_known = any(form in known for form in cluster.forms)
        if is_known or len(cluster.words) > 1 or self._lexicon.is_place(cluster.name):
            return True
        word, lexicon = cluster.words[0], self._lexicon
        if cluster.is_nationality:
            return False
        if word in lowercase_words or word in lexicon.head_types or word in lexicon.common_nouns:
            return False
        if not self._is_english(word):
            return True
        is_person = cluster.type == "person" and word in lexicon.family_names
        is_likely = is_person or cluster.votes[cluster.type] >= MIN_WORD_VOTES
        if not cluster.is_certain:
            is_name = is_person or (is_likely and not word.endswith("s"))
            return cluster.start_weight >= MIN_START_WEIGHT and is_name
        return is_likely or self._is_rare(word)

    def _is_english(self, word: str) -> bool:
        singular, lexicon = word.removesuffix("s"), self._lexicon
        is_noun = singular in lexicon.common_nouns
        return word in lexicon.frequencies or singular in lexicon.frequencies or is_noun

    def _is_rare(self, word: str) -> bool:
        return self._lexicon.frequencies.get(word, RARE_WORD) < RARE_WORD


def _lowercase_words(texts: Iterable[str]) -> set[str]:
    """Return the words that occur in lower case in `texts`, and the first part of each compound (`ice-cold`).

    If such a word is capitalised elsewhere, it is probably not a name there.
    """
    text = "\n".join(texts)
    if not text.isascii():
        return {form for word, rest in LOWERCASE_WORD.findall(text) for form in (word, word + rest)}
    chunks = {*text.translate(COMPOUND_SEPARATORS).split()}
    found = {chunk for chunk in chunks if chunk.isalnum() and not chunk[0].isupper()}
    compounds = filter(None, (LOWERCASE_WORD.match(chunk) for chunk in chunks if not chunk.isalnum()))
    return found.union(*((match[1], match[0]) for match in compounds))


def _single_words(clusters: Iterable[EntityCluster]) -> set[str]:
    """Return the single words, in lower case, that the document mostly uses as bare names, such as `haldane`.

    A bare name is not quoted, and no article or word such as `its` precedes it.
    """
    return {each.words[0] for each in clusters if len(each.words) == 1 and each.usage == "bare"}


def _cluster_of(clusters: dict[str, EntityCluster], name: str, words: tuple[str, ...]) -> EntityCluster:
    return clusters.get(name) or clusters.setdefault(name, EntityCluster(name, words))
