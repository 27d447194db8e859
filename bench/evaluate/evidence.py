"""Compare the evidence of takeaways with the paragraphs that a reader has annotated as supporting them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.evaluate.gold import GoldEvidence
from bench.evaluate.scores import Fault, Score, Share
from bench.evaluate.served import Json


@dataclass(frozen=True, slots=True)
class EvidenceResult:
    """How well the listed evidence of one document agrees with the annotations. Results can be added.

    Evidence is the paragraphs that support a takeaway (a key point of an article).

    Attributes:
        score: The hits, false positives and misses. A hit is a listed paragraph that is required.
        optional: The number of listed paragraphs that are acceptable, but not required.
        first: Among takeaways with required paragraphs, the share whose first listed paragraph is required.
        silent: Among takeaways that no paragraph supports, the share without listed paragraphs.
        faults: Each missed and each wrong paragraph.
    """

    score: Score = field(default_factory=Score)
    optional: int = 0
    first: Share = field(default_factory=Share)
    silent: Share = field(default_factory=Share)
    faults: tuple[Fault, ...] = ()

    def __add__(self, other: "EvidenceResult") -> "EvidenceResult":
        return EvidenceResult(
            self.score + other.score,
            self.optional + other.optional,
            self.first + other.first,
            self.silent + other.silent,
            self.faults + other.faults,
        )

    @property
    def precision(self) -> Share:
        """The share of correct paragraphs among the paragraphs that the API lists as evidence.

        A paragraph is correct if the annotations mark it as required or acceptable.
        """
        right = self.score.hits + self.optional
        return Share(right, right + self.score.spurious)

    @property
    def recall(self) -> Share:
        """The share of the required paragraphs that the API lists as evidence.

        The annotations of the document say which paragraphs each takeaway (key point) requires as evidence.
        """
        return Share(self.score.hits, self.score.hits + self.score.missed)


def measure_evidence(name: str, gold: Mapping[int, GoldEvidence], article: Json | None) -> EvidenceResult:
    """Compare the evidence of one document with its annotations.

    Args:
        name: The file name of the document.
        gold: The annotation of each evaluated takeaway, by its number.
        article: The article that the API returns, or None if the document was rejected.
    """
    takeaways = article["takeaways"] if article else []
    listed = {each["position"]: [one["paragraph"] for one in each["evidence"]] for each in takeaways}
    results = [_measure(name, number, each, listed.get(number, [])) for number, each in sorted(gold.items())]
    return sum(results, EvidenceResult())


def _measure(name: str, number: int, gold: GoldEvidence, listed: list[int]) -> EvidenceResult:
    found = {*listed}
    hits, spurious = found & gold.required, found - gold.required - gold.acceptable
    missed = gold.required - found
    faults = [
        Fault(name, f"evidence {kind}", f"takeaway {number}", *texts)
        for kind, texts in [
            *(("missed", (f"paragraph {each}", "-")) for each in sorted(missed)),
            *(("spurious", ("-", f"paragraph {each}")) for each in sorted(spurious)),
        ]
    ]
    has_support = bool(gold.required | gold.acceptable)
    return EvidenceResult(
        Score(len(hits), len(spurious), len(missed)),
        len(found & gold.acceptable),
        Share(int(listed[:1] != [] and listed[0] in gold.required), 1) if gold.required else Share(),
        Share() if has_support else Share(int(not listed), 1),
        tuple(faults),
    )
