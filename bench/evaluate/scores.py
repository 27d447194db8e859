"""Counts of hits, false positives and misses, what follows from them, and each fault as a line."""

from dataclasses import dataclass

Texts = tuple[str, ...]
# What a line shows of a long text: some letters before the first difference, and how many in all.
BEFORE, SHOWN = 20, 70


@dataclass(frozen=True, slots=True)
class Score:
    """Hits, false positives and misses; a measure that has nothing to be measured on is None."""

    hits: int = 0
    spurious: int = 0
    missed: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.hits + other.hits, self.spurious + other.spurious, self.missed + other.missed)

    @property
    def precision(self) -> float | None:
        return ratio(self.hits, self.hits + self.spurious)

    @property
    def recall(self) -> float | None:
        return ratio(self.hits, self.hits + self.missed)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        return ratio(2 * self.hits, 2 * self.hits + self.spurious + self.missed)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of `total` are so."""

    part: int = 0
    total: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.part + other.part, self.total + other.total)

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None of nothing."""
        return ratio(self.part, self.total)


@dataclass(frozen=True, slots=True)
class Fault:
    """One miss, false positive or wrong value in `file`; `-` stands for nothing."""

    file: str
    kind: str
    name: str
    expected: str = "-"
    got: str = "-"

    @property
    def line(self) -> str:
        """The fault for a person to read."""
        return f"{self.file}: {self.kind}: {self.name}: expected {self.expected}, got {self.got}"


def ratio(part: float, total: float) -> float | None:
    """Divide; None by nothing."""
    return part / total if total else None


def difference(expected: Texts, got: Texts) -> tuple[str, str]:
    """Give the two as short texts that begin a little before they part."""
    texts = [" / ".join(each) for each in (expected, got)]
    pairs = enumerate(zip(*texts, strict=False))
    common = next((place for place, (one, other) in pairs if one != other), min(map(len, texts)))
    start = max(0, common - BEFORE)
    one, other = (_cut(text, start) for text in texts)
    return one, other


def _cut(text: str, start: int) -> str:
    if not text:
        return "-"
    before, after = "…" if start else "", "…" if len(text) > start + SHOWN else ""
    return f"{before}{text[start : start + SHOWN]}{after}"
