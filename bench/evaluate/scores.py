"""Scores of an evaluation (precision, recall and F1), and descriptions of single errors."""

from dataclasses import dataclass

Texts = tuple[str, ...]
# The size of an excerpt of a long text: characters before the first difference, and characters in total.
CONTEXT_LENGTH, MAX_LENGTH = 20, 70


@dataclass(frozen=True, slots=True)
class Score:
    """The numbers of hits, false positives (`spurious`) and misses of an evaluation, and measures from them.

    A measure, such as `precision`, is None if the numbers that it needs are 0.
    """

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
        return ratio(2 * self.hits, 2 * self.hits + self.spurious + self.missed)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a total, such as 3 of 4. Shares can be added."""

    part: int = 0
    total: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.part + other.part, self.total + other.total)

    @property
    def value(self) -> float | None:
        """The share between 0 and 1, or None if the total is 0."""
        return ratio(self.part, self.total)


@dataclass(frozen=True, slots=True)
class Fault:
    """An error that an evaluation found in `file`: a miss, a false positive or a wrong value.

    `expected` and `got` are the annotated and the found value, or `-` if there is none.
    """

    file: str
    kind: str
    name: str
    expected: str = "-"
    got: str = "-"

    @property
    def line(self) -> str:
        """The error as one line of text, for the report."""
        return f"{self.file}: {self.kind}: {self.name}: expected {self.expected}, got {self.got}"


def ratio(part: float, total: float) -> float | None:
    """Return `part / total`, or None if `total` is 0."""
    return part / total if total else None


def difference(expected: Texts, got: Texts) -> tuple[str, str]:
    """Return excerpts of the expected and the found text that show their first difference.

    Both excerpts begin shortly before the difference. Each text is a tuple of parts. In the excerpts, the
    parts are joined with ` / `.
    """
    texts = [" / ".join(each) for each in (expected, got)]
    pairs = enumerate(zip(*texts, strict=False))
    common = next((index for index, (left, right) in pairs if left != right), min(map(len, texts)))
    start = max(0, common - CONTEXT_LENGTH)
    left, right = (_excerpt(text, start) for text in texts)
    return left, right


def _excerpt(text: str, start: int) -> str:
    if not text:
        return "-"
    before, after = "…" if start else "", "…" if len(text) > start + MAX_LENGTH else ""
    return f"{before}{text[start : start + MAX_LENGTH]}{after}"
