"""Generate an article page of invented text, and its sidecar, the YAML file with metadata."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench.corpus import words

FIRST_DAY = datetime(2016, 1, 1, tzinfo=UTC)
PERIOD_SECONDS = int(timedelta(days=3652).total_seconds())
UNDATED_SHARE = 0.03
LANGUAGES, PERCENTAGES = ("en", "zh", "de"), (95, 4, 1)
# A page lists titles of pages whose numbers differ by less than this.
MAX_DISTANCE = 500


class Page:
    """A generated article page. `seed` and `number` (from 1) determine all its content.

    Its parts are drawn from a single random generator, so `text` must be called only once.
    """

    def __init__(self, seed: int, number: int) -> None:
        self.seed, self.number = seed, number
        self.is_first = number <= words.FIRST_PAGES
        self.rng = rng = random.Random(f"{seed}:{number}")
        self.language = words.RARE_LANGUAGE if self.is_first else rng.choices(LANGUAGES, PERCENTAGES)[0]
        entities = words.ENTITIES.draw(rng, rng.choice((0, 1, 2, 3, 4, 6)))
        # `dict` keeps the order. The order of a set would differ between processes.
        self.names = list(dict.fromkeys(rng.choice(entity.names) for entity in entities))
        self.title = self._title()
        published_at = FIRST_DAY + timedelta(seconds=rng.randrange(PERIOD_SECONDS))
        self.published_at = published_at if rng.random() >= UNDATED_SHARE else None

    def sidecar(self) -> str:
        """Return the YAML text of the sidecar, the file with the metadata of this page."""
        lines = [f"url: https://news.example.org/{self.number:07}", f"language: {self.language}"]
        if self.published_at:
            lines.append(f"published_at: {self.published_at:%Y-%m-%dT%H:%M:%SZ}")
        return "\n".join(lines) + "\n"

    def text(self) -> str:
        """Return the text of the page. Call this method once, since each call draws new random parts."""
        return "\n\n".join(self._blocks()) + "\n"

    def _blocks(self) -> Iterator[str]:
        rng, markers = self.rng, self._markers()
        yield from (self.title, self._paragraph(2))
        if rng.random() < 0.6:
            yield self._sentence(5, 11)
        yield from ("Key Takeaways", self._takeaways(markers))
        if rng.random() < 0.7:
            yield from ("Editor's\nDesk", self._capitalized(rng.choice((2, 3, 4))))
            yield from (self._paragraph(rng.choice((2, 3))) for _ in range(rng.choice((1, 1, 2, 3))))
        yield self._signature()
        yield from self._body(markers)
        yield from ("Share Article", "Related Articles")
        yield from self._related()

    def _title(self) -> str:
        if self.rng.random() < 0.01:
            return self.rng.choice(words.STOCK_TITLES)
        title = self._capitalized(self.rng.choice((6, 7, 8, 9, 10, 12)))
        return f"{self.rng.choice(self.names)} {title}" if self.names and self.rng.random() < 0.4 else title

    def _markers(self) -> list[str]:
        """Return the marker words of this page, which benchmarks search for.

        Only the first pages have rare marker words. A page has each frequent marker word with a fixed
        probability.
        """
        markers = [words.RARE_WORD, words.RARE_ENTITY.name] if self.is_first else []
        for word, share in (
            (words.HUNDREDTH_WORD, words.HUNDREDTH_SHARE),
            (words.TENTH_WORD, words.TENTH_SHARE),
        ):
            if self.rng.random() < share:
                markers.append(f"the {word}")
        return markers

    def _takeaways(self, markers: list[str]) -> str:
        texts = [self._sentence(9, 15) for _ in range(self.rng.choice((2, 3, 4, 5)))]
        texts.append(self._sentence(9, 15, *markers))
        return "\n".join(f"  • {number}{text}" for number, text in enumerate(texts, 1))

    def _signature(self) -> str:
        publication = words.RARE_PUBLICATION if self.is_first else words.PUBLICATIONS.draw(self.rng)[0]
        author = f"{self.rng.choice(words.FIRST_NAMES)} {self.rng.choice(words.LAST_NAMES)}"
        people = [author, self.rng.choice(words.ROLES)][: self.rng.choice((0, 1, 2, 2, 2, 2))]
        return "\n".join([*people, publication])

    def _body(self, markers: list[str]) -> Iterator[str]:
        yield f"{self._sentence(12, 22, *markers)} {self._paragraph(2)}"
        for _ in range(self.rng.choice((3, 4, 4, 5, 6, 7))):
            yield self._paragraph(self.rng.choice((2, 3, 3)))

    def _related(self) -> Iterator[str]:
        listed = self.rng.choice((0, 0, 1, 2, 3, 4))
        if not listed:
            yield "📰\nNo related articles found"
        for _ in range(listed):
            title = self._title_nearby() if self.rng.random() < 0.35 else self._title()
            weeks = self.rng.choice((0, 2, 3, 5))
            yield f"{title}\n{weeks} weeks ago" if weeks else title

    def _title_nearby(self) -> str:
        """Return the title of a different page with a similar number, for the list of related articles.

        At the end of the corpus, the number can exceed the number of the last page. The title then belongs to
        no page.
        """
        distance = self.rng.randrange(1, MAX_DISTANCE)
        if self.number > distance and self.rng.random() < 0.7:
            distance = -distance
        return Page(self.seed, self.number + distance).title

    def _paragraph(self, sentences: int) -> str:
        return " ".join(self._sentence(12, 22) for _ in range(sentences))

    def _sentence(self, shortest: int, longest: int, *inserted: str) -> str:
        rng = self.rng
        drawn = words.WORDS.draw(rng, rng.randint(shortest, longest))
        if rng.random() < 0.5:
            drawn[len(drawn) // 2] += ","
        if self.language == "zh" and rng.random() < 0.5:
            drawn.insert(1, "".join(words.CHINESE.draw(rng, 2)))
        mentioned = [rng.choice(self.names)] if self.names and rng.random() < 0.3 else []
        for text in (*inserted, *mentioned):
            drawn.insert(rng.randrange(1, len(drawn)), text)
        text = " ".join(drawn)
        return f"{text[0].upper()}{text[1:]}."

    def _capitalized(self, count: int) -> str:
        return " ".join(word.capitalize() for word in words.WORDS.draw(self.rng, count))
