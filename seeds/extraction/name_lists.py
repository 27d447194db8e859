"""Find enumerations of names in a text, such as `Bern, Velmora and Oslo`.

The names in an enumeration (a list, for short) usually have the same entity type.
"""

from collections import Counter
from collections.abc import Sequence

from seeds.extraction.candidates.name_candidates import LIST_SEPARATORS, NameCandidate
from seeds.extraction.coreference import EntityCluster

# The sum of votes from which the type of a name is certain enough to count for the other names of its list,
# and the sum up to which a name takes the type of the others.
MIN_CERTAIN_VOTES, MAX_UNCERTAIN_VOTES = 4, 2.5
LIST_WEIGHT = 2
# The share of the certain names that must have the same type.
MIN_SHARE = 0.7
LISTED_TYPES = ("organization", "person", "place")
# Two names with only a comma between are more often a place and its country.
MIN_NAMES_WITHOUT_AND = 3


class NameLists:
    """Finds the enumerations of names in the texts of a document, such as `Bern, Velmora and Oslo`.

    Call `add` for each name, in the order of the texts. Then call `complete`, which returns the enumerations.
    """

    def __init__(self) -> None:
        self._lists: list[list[str]] = []
        self._names: list[str] = []
        self._has_and = False
        self._text, self._end = "", 0

    def add(self, text: str, candidate: NameCandidate) -> None:
        """Add `candidate`, a name in `text`.

        If only a comma, `and` or `or` separates the name from the previous candidate, the name continues the
        current enumeration.
        """
        separator = text[self._end : candidate.start] if text is self._text else ""
        is_continued = separator == ", " or separator in LIST_SEPARATORS
        if not is_continued or not self._names:
            self._close()
        self._has_and |= separator in (" and ", " or ")
        self._names.append(candidate.text)
        self._text, self._end = text, candidate.end

    def complete(self) -> Sequence[Sequence[str]]:
        """End the current enumeration, and return all enumerations.

        Each enumeration is a list of names as they are in the text.
        """
        self._close()
        return self._lists

    def _close(self) -> None:
        if len(self._names) >= (2 if self._has_and else MIN_NAMES_WITHOUT_AND):
            self._lists.append(self._names)
        self._names, self._has_and = [], False


def vote_in_list(clusters: Sequence[EntityCluster]) -> None:
    """Add votes for the most frequent type in an enumeration to the names whose type is uncertain.

    Votes are added only if the type is in `LISTED_TYPES`, and at least `MIN_SHARE` of the names whose type is
    certain have it. `clusters` contains each name in the enumeration.
    """
    types = Counter(each.type for each in clusters if each.votes[each.type] >= MIN_CERTAIN_VOTES)
    kind, count = next(iter(types.most_common(1)), ("", 0))
    if kind not in LISTED_TYPES or count < MIN_SHARE * types.total():
        return
    for cluster in clusters:
        if cluster.type != kind and cluster.votes[cluster.type] <= MAX_UNCERTAIN_VOTES:
            cluster.add_votes([(kind, LIST_WEIGHT)])
            cluster.update_type()
