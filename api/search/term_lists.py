"""Encode and decode the term index: the articles that contain a term, each with the frequency of the term.

Terms are represented by hashes of 64 bits. The upper bits of a hash are the number of its bucket in a
segment. Within a segment, an article is represented by its place in the list of the segment's articles. The
frequency of a term in an article is the number of its occurrences, each multiplied by the weight of its part.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.search.analyzer import PARAGRAPH_BREAK, PLACEHOLDER

# The weight of an occurrence in each part of an article.
PART_WEIGHTS = {"title": 10, "summary": 5, "takeaways": 3, "text": 1}
# The number of bits of a hash that are the number of the bucket, by the level of the segment. With these,
# most buckets have less than a kilobyte.
BUCKET_BITS = {1: 8, 2: 11, 3: 13}
HASH_BITS, MAX_BUCKET_BITS = 64, max(BUCKET_BITS.values())
MARKERS = (PLACEHOLDER, PARAGRAPH_BREAK)
# Frequencies are stored in two bytes.
MAX_FREQUENCY = 0xFFFF

Integers = NDArray[np.integer]
TERM_TYPE = np.dtype([("hash", "<u8"), ("frequency", "<u2")])
NUMBER_TYPE, LENGTH_TYPE = np.dtype("<i8"), np.dtype("<u4")
COUNT_TYPE = np.dtype("<u4")


class ArticleList(NamedTuple):
    """The articles of a segment: the number of each, and its number of words, or 0 if it was removed."""

    numbers: NDArray[np.int64]
    lengths: NDArray[np.uint32]


class TermLists(NamedTuple):
    """Lists of the articles that contain a term, one after the other, as arrays of equal length.

    Each item says that an article, named by its place in the segment, contains the term with `hashes` and how
    often.
    """

    hashes: Integers
    places: Integers
    frequencies: Integers


# Most words of a text are among the most common words of its language.
@lru_cache(maxsize=65_536)
def term_hash(term: str) -> int:
    """Return the hash of a search term, by which the term index finds it."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=HASH_BITS // 8).digest(), "big")


def bucket_of(hashed: int, level: int) -> int:
    """Return the number of the bucket for the hash `hashed` in segments of `level`."""
    return hashed >> (HASH_BITS - BUCKET_BITS[level])


def bucket_place(segment: int, bucket: int) -> int:
    """Return the key of a bucket in the table `term_buckets`."""
    return (segment << MAX_BUCKET_BITS) + bucket


def segment_of(place: int) -> int:
    """Return the number of the segment of the bucket with the key `place`."""
    return place >> MAX_BUCKET_BITS


def pack_articles(articles: ArticleList) -> bytes:
    """Return the list of the articles of a segment as stored in `TermSegment`."""
    return articles.numbers.astype(NUMBER_TYPE).tobytes() + articles.lengths.astype(LENGTH_TYPE).tobytes()


def unpack_articles(data: bytes) -> ArticleList:
    """Return the list of articles that `pack_articles` has packed. The arrays are read-only."""
    count = len(data) // (NUMBER_TYPE.itemsize + LENGTH_TYPE.itemsize)
    lengths = np.frombuffer(data, LENGTH_TYPE, offset=count * NUMBER_TYPE.itemsize)
    return ArticleList(np.frombuffer(data, NUMBER_TYPE, count), lengths)


def join_articles(several: Iterable[ArticleList]) -> ArticleList:
    """Return the articles of several lists, one list after the other. There must be at least one list."""
    return ArticleList(*map(np.concatenate, zip(*several, strict=True)))


def pack_terms(parts: Mapping[str, str]) -> tuple[int, bytes]:
    """Return the number of words of an article, and its terms as stored in `PendingTerms`.

    `parts` has the search terms of each part, separated by spaces.
    """
    frequencies: dict[str, int] = {}
    length = 0
    for part, weight in PART_WEIGHTS.items():
        words = parts[part].split()
        length += len(words)
        for word in words:
            frequencies[word] = frequencies.get(word, 0) + weight
    # Queries never contain the markers that follow paragraphs.
    words = [word for word in frequencies if word[0] not in MARKERS]
    terms = np.empty(len(words), TERM_TYPE)
    terms["hash"] = [*map(term_hash, words)]
    terms["frequency"] = [min(frequencies[word], MAX_FREQUENCY) for word in words]
    return length, terms.tobytes()


def unpack_terms(several: list[bytes]) -> TermLists:
    """Return the lists of articles that were packed by `pack_terms`, in the order of the articles.

    The place of an article is its index in `several`.
    """
    terms = np.frombuffer(b"".join(several), TERM_TYPE)
    counts = [len(each) // TERM_TYPE.itemsize for each in several]
    return TermLists(terms["hash"], np.repeat(np.arange(len(several)), counts), terms["frequency"])


def encode_buckets(lists: TermLists, level: int) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of each bucket of a segment that is not empty.

    The items of `lists` with the same hash must be in order of their places.
    """
    order = np.argsort(lists.hashes, kind="stable")
    hashes, places, frequencies = (each[order] for each in lists)
    starts = np.flatnonzero(np.diff(hashes, prepend=~hashes[:1]))
    terms, ends = hashes[starts], np.append(starts, len(hashes))
    buckets = terms >> np.uint64(HASH_BITS - BUCKET_BITS[level])
    firsts = np.append(np.flatnonzero(np.diff(buckets, prepend=~buckets[:1])), len(terms))
    gaps = np.diff(places, prepend=0)
    gaps[starts] = places[starts]
    for first, last in pairwise(firsts):
        items = slice(ends[first], ends[last])
        data = [
            COUNT_TYPE.type(last - first).tobytes(),
            terms[first:last].astype("<u8").tobytes(),
            np.diff(ends[first : last + 1]).astype(COUNT_TYPE).tobytes(),
            _low_bytes_first(gaps[items]),
            _low_bytes_first(frequencies[items]),
        ]
        yield int(buckets[first]), zlib.compress(b"".join(data))


def decode_bucket(data: bytes) -> TermLists:
    """Return the lists of all terms in a bucket."""
    terms, counts, values = _open_bucket(data)
    gaps, frequencies = _two_bytes(values[:2]), _two_bytes(values[2:])
    places = np.cumsum(gaps)
    starts = np.cumsum(counts) - counts
    places -= np.repeat(places[starts] - gaps[starts], counts)
    return TermLists(np.repeat(terms, counts), places, frequencies)


def find_list(data: bytes, hashed: int) -> tuple[Integers, Integers] | None:
    """Return the places of the articles that contain a term, and the frequencies of the term in them.

    Return None if no article of the segment contains the term.

    Args:
        data: The bytes of the bucket.
        hashed: The hash of the term.
    """
    terms, counts, values = _open_bucket(data)
    index = int(np.searchsorted(terms, np.uint64(hashed)))
    if index == len(terms) or int(terms[index]) != hashed:
        return None
    start = int(counts[:index].sum())
    own = values[:, start : start + int(counts[index])]
    return np.cumsum(_two_bytes(own[:2])), _two_bytes(own[2:])


def _open_bucket(data: bytes) -> tuple[Integers, Integers, NDArray[np.uint8]]:
    """Return the hashes of a bucket, the number of articles of each, and four rows of bytes.

    The rows are the lower and the upper bytes of the gaps between places, and those of the frequencies.
    """
    raw = zlib.decompress(data)
    number, start = int(np.frombuffer(raw, COUNT_TYPE, 1)[0]), COUNT_TYPE.itemsize
    terms = np.frombuffer(raw, "<u8", number, start)
    counts = np.frombuffer(raw, COUNT_TYPE, number, start + terms.nbytes)
    values = np.frombuffer(raw, np.uint8, offset=start + terms.nbytes + counts.nbytes)
    return terms, counts, values.reshape(4, -1)


def _low_bytes_first(values: Integers) -> bytes:
    """Return the lower bytes of all `values`, then the upper bytes, which compress better than pairs."""
    return values.astype("<u2").view(np.uint8).reshape(-1, 2).T.tobytes()


def _two_bytes(rows: NDArray[np.uint8]) -> Integers:
    low, high = rows.astype(np.int64)
    values: Integers = low + (high << 8)
    return values
