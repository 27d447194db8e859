"""Compare the service's ranking of search results with a ranking by Okapi BM25.

BM25 is computed here for every article with all words of a query. The weights of the title, the summary, the
takeaways and the text are those in docs/api.md.
"""

import math
import time
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

from api.search.analyzer import index_text, words_in
from api.search.query_language import parse_query
from bench.local_service import LocalService, local_service
from bench.markdown import markdown_table

QUERIES, TOP = 500, 20
# The number of titles from which the words of queries are drawn.
TITLES = 2_000
# For queries that match more articles, the service can return a different order.
EXACT_MATCHES = 20_000
# The weights of a word in each part of an article, as the documentation states them.
PART_WEIGHTS = {"title": 10, "summary": 5, "takeaways": 3, "text": 1}
# The parameters of Okapi BM25 in FTS5: how soon the frequency of a term saturates, and how much the length
# of an article counts.
K1, B = 1.2, 0.75
MIN_IDF = 1e-6
# Queries of five words that most articles contain.
LONG_QUERIES = ("the of and to in", "there would over about more", "have from were their which")
PARTS = "include=body,analysis,takeaways"


class Agreement(NamedTuple):
    """A comparison of the service with BM25 (a measure of relevance) for one query.

    Attributes:
        matches: The number of articles with all words of the query.
        share: The share of the best articles by BM25 that the service returns first.
        is_same: True if the service returns them in the same order, or others with equal scores by BM25.
        milliseconds: The CPU time of the request.
    """

    matches: int
    share: float
    is_same: bool
    milliseconds: float


class ExhaustiveIndex:
    """The frequencies of some terms in all articles, to compute the relevance of every article.

    Args:
        terms: The terms that queries can contain.
    """

    def __init__(self, terms: Sequence[str]) -> None:
        self.slugs: list[str] = []
        self._lengths = array("d")
        # For each term, the indexes of the articles that contain it, and their weighted frequencies.
        self._postings = {term: (array("l"), array("d")) for term in terms}

    def add(self, article: Mapping[str, Any]) -> None:
        """Add an article, given as the JSON of the API with its body, analysis and takeaways.

        Add articles in the order of loading.
        """
        texts = [part.split() for part in index_text(article_parts(article)).values()]
        frequencies: Counter[str] = Counter()
        for weight, part in zip(PART_WEIGHTS.values(), texts, strict=True):
            for term in part:
                if term in self._postings:
                    frequencies[term] += weight
        for term, frequency in frequencies.items():
            articles, weighted = self._postings[term]
            articles.append(len(self.slugs))
            weighted.append(frequency)
        self.slugs.append(article["slug"])
        self._lengths.append(sum(map(len, texts)))

    def rank(self, terms: Sequence[str]) -> list[tuple[float, str]]:
        """Return the articles that contain all `terms`, best first, each as its score and its slug.

        Of several articles with the same score, the one that was loaded last comes first.
        """
        count, average = len(self.slugs), sum(self._lengths) / len(self.slugs)
        scores: dict[int, float] | None = None
        for term in terms:
            articles, weighted = self._postings[term]
            idf = max(math.log((count - len(articles) + 0.5) / (len(articles) + 0.5)), MIN_IDF)
            added: dict[int, float] = {}
            for article, frequency in zip(articles, weighted, strict=True):
                if scores is not None and article not in scores:
                    continue
                norm = K1 * (1 - B + B * self._lengths[article] / average)
                score = idf * frequency * (K1 + 1) / (frequency + norm)
                added[article] = score + (scores[article] if scores else 0)
            scores = added
        ordered = sorted((scores or {}).items(), key=lambda item: (-item[1], -item[0]))
        return [(score, self.slugs[article]) for article, score in ordered]


def article_parts(article: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the texts of an article, by the name of the part that contains them, such as `title`.

    The full-text index has the same parts. `article` is the JSON of the API.
    """
    analysis = article["analysis"] or {"heading": None, "paragraphs": []}
    body = [paragraph["text"] for paragraph in article["body"]]
    return {
        "title": [article["title"]],
        "summary": [article["summary"] or ""],
        "takeaways": [takeaway["text"] for takeaway in article["takeaways"]],
        "text": [analysis["heading"] or "", *analysis["paragraphs"], *body],
    }


def draw_queries(titles: Sequence[str], count: int) -> Iterator[tuple[str, list[str]]]:
    """Yield `count` different queries of one to three words from a title, each with its search terms."""
    random, drawn = Random(22), set[str]()
    while len(drawn) < count:
        words = list(dict.fromkeys(words_in(random.choice(titles))))
        number = random.randint(1, 3)
        if len(words) < number:
            continue
        text = " ".join(random.sample(words, number))
        terms = [phrase for choice in parse_query(text).required for phrase in choice]
        # A word that is a phrase of several terms is found by its position, which BM25 does not consider.
        if text not in drawn and all(len(phrase) == 1 for phrase in terms):
            drawn.add(text)
            yield text, list(dict.fromkeys(phrase[0] for phrase in terms))


def compare(service: LocalService, count: int = QUERIES) -> list[Agreement]:
    """Compare the service's ranking with BM25 (a measure of relevance), and return a result for each query.

    `count` is the number of queries, which are drawn from titles in the database.
    """
    titles = [
        article["title"]
        for page in islice(service.pages("/v1/articles?fields=title&limit=100"), TITLES // 100)
        for article in page["data"]
    ]
    queries = list(draw_queries(titles, count))
    index = ExhaustiveIndex([term for _, terms in queries for term in terms])
    # Articles of one second of loading have no other order in the API than that of the change feed.
    numbers = {
        change["article"]["slug"]: change["sequence"]
        for page in service.pages("/v1/changes?limit=100")
        for change in page["data"]
        if change["kind"] == "created"
    }
    articles = (
        article for page in service.pages(f"/v1/articles?limit=100&{PARTS}") for article in page["data"]
    )
    for article in sorted(articles, key=lambda article: numbers[article["slug"]]):
        index.add(article)
    return [_agreement(service, index, text, terms) for text, terms in queries]


def _agreement(service: LocalService, index: ExhaustiveIndex, text: str, terms: Sequence[str]) -> Agreement:
    ranked = index.rank(terms)
    scores = {slug: score for score, slug in ranked}
    started = time.process_time()
    page = service.read(f"/v1/articles?{urlencode({'q': text, 'fields': 'slug', 'limit': TOP})}")
    milliseconds = (time.process_time() - started) * 1000
    found = [article["slug"] for article in page["data"]]
    best = [slug for _, slug in ranked[:TOP]]
    # Scores that are computed in a different order of additions can differ in the last digit.
    is_same = len(found) == len(best) and all(
        math.isclose(scores.get(one, -1), scores[other], rel_tol=1e-9)
        for one, other in zip(found, best, strict=True)
    )
    share = 1.0 if is_same else len({*found} & {*best}) / max(1, len(best))
    return Agreement(len(ranked), share, is_same, milliseconds)


def agreement_table(agreements: Sequence[Agreement], articles: int) -> str:
    """Return a Markdown table of agreement with BM25: a row for queries with few matches, and one for many.

    `agreements` has a comparison for each query. `articles` is the number of articles, for the heading.
    """
    few = [each for each in agreements if each.matches <= EXACT_MATCHES]
    many = [each for each in agreements if each.matches > EXACT_MATCHES]
    rows = [
        [
            name,
            str(len(group)),
            f"{sum(each.is_same for each in group) / len(group):.3f}",
            f"{sum(each.share for each in group) / len(group):.3f}",
            f"{sum(each.milliseconds for each in group) / len(group):.1f}",
            f"{max(each.milliseconds for each in group):.1f}",
        ]
        for name, group in ((f"at most {EXACT_MATCHES:,}", few), (f"more than {EXACT_MATCHES:,}", many))
        if group
    ]
    titles = [f"matches of {articles:,} articles", "queries", f"same first {TOP}", f"share of the best {TOP}"]
    titles += ["CPU ms, mean", "CPU ms, highest"]
    return markdown_table(titles, rows)


def measure_relevance(url: str, articles: int) -> str:
    """Compare the service's ranking with BM25, and return a Markdown table.

    Lines with the CPU times of searches for very frequent words follow the table. `url` is the URL of the
    database, and `articles` is its number of articles.
    """
    with local_service(url) as service:
        table = agreement_table(compare(service), articles)
        return "\n".join([table, "", *(_long_query(service, text) for text in LONG_QUERIES)])


def _long_query(service: LocalService, text: str) -> str:
    """Search for the frequent words `text`. Return a line with the number of matches and the CPU time."""
    target = f"/v1/articles?{urlencode({'q': text, 'fields': 'slug', 'limit': TOP})}"
    seconds = time.process_time()
    service.get(target)
    seconds = time.process_time() - seconds
    matches = service.read(f"{target}&total=true")["meta"]["total"]
    return f"- `{text}`: {matches:,} matches, {seconds * 1000:.1f} ms of CPU time"
