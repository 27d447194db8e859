"""Encode and decode the term index: the articles that contain a term, each with the frequency of the term.

Terms are represented by hashes of 64 bits. The index is stored in segments, each for a range of articles. The
place of an article is its index in the segment.

The terms of a segment are stored in buckets. The upper bits of a hash are the number of its bucket.

The frequency of a term is a weighted count of its occurrences. `PART_WEIGHTS` has the weight of each part of
an article, such as the title.
"""

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from api.search.analyzer import PARAGRAPH_BREAK, PLACEHOLDER

# The weight of an occurrence in each part of an article.
PART_WEIGHTS = {"title": 10, "summary": 5, "takeaways": 3, "text": 1}
# The number of bits of a hash that are the number of the bucket, by the level of the segment. With these,
# most buckets have less than a kilobyte.
BUCKET_BITS = {1: 8, 2: 10, 3: 12, 4: 13, 5: 15}
HASH_BITS, MAX_BUCKET_BITS = 64, max(BUCKET_BITS.values())
MARKERS = (PLACEHOLDER, PARAGRAPH_BREAK)
# Frequencies are stored in two bytes.
MAX_FREQUENCY = 0xFFFF

Integers = NDArray[np.integer]
TERM_TYPE = np.dtype([("hash", "<u8"), ("frequency", "<u2")])
NUMBER_TYPE, LENGTH_TYPE = np.dtype("<i8"), np.dtype("<u4")
HASH_TYPE, COUNT_TYPE = np.dtype("<u8"), np.dtype("<u4")
# The bits of the lower byte of a number, and the bit of a count that says if a list has upper bytes.
LOWER_BITS, HAS_UPPER = np.uint16(0xFF), np.uint32(1 << 31)
MAX_COUNT = ~HAS_UPPER


class ArticleList(NamedTuple):
    """A list of articles, such as the articles of a segment (a stored part of the term index).

    Attributes:
        numbers: The number (internal key) of each article.
        lengths: The number of terms of each article, or 0 if the article was removed.
    """

    numbers: NDArray[np.int64]
    lengths: NDArray[np.uint32]


class TermLists(NamedTuple):
    """The terms of several articles, as three arrays with an item for each term of each article.

    Attributes:
        hashes: The hash of the term.
        places: The index of the article in a list of articles, such as the articles of a segment.
        frequencies: The weighted number of occurrences of the term in the article.
    """

    hashes: Integers
    places: Integers
    frequencies: Integers


class TermGaps(NamedTuple):
    """The list of the articles of a segment (a part of the term index) that contain a term.

    Attributes:
        gaps: The index in the segment of the first of these articles, then the difference to each next index.
        frequencies: The frequency of the term in each of these articles.
    """

    gaps: Integers
    frequencies: Integers


# Most words of a text are among the most common words of its language.
@lru_cache(maxsize=16_384)
def term_hash(term: str) -> int:
    """Return the hash of a search term, which represents the term in the term index."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=HASH_BITS // 8).digest(), "big")


def bucket_of(hashed: int, level: int) -> int:
    """Return the number of the bucket of a term, the group of terms whose hashes begin with the same bits.

    Args:
        hashed: The hash of the term.
        level: The level of the segment, which determines how many buckets the segment has.
    """
    return hashed >> (HASH_BITS - BUCKET_BITS[level])


def bucket_place(segment: int, bucket: int) -> int:
    """Return the primary key of a bucket in the table `term_buckets`.

    `segment` is the number of the segment, and `bucket` is the number of the bucket in this segment.
    """
    return (segment << MAX_BUCKET_BITS) + bucket


def segment_of(place: int) -> int:
    """Return the number of the segment (a part of the term index) that a bucket belongs to.

    `place` is the primary key of the bucket, as `bucket_place` returns it.
    """
    return place >> MAX_BUCKET_BITS


def pack_articles(articles: ArticleList) -> bytes:
    """Return `articles` as bytes for the column `TermSegment.articles`."""
    return articles.numbers.astype(NUMBER_TYPE).tobytes() + articles.lengths.astype(LENGTH_TYPE).tobytes()


def unpack_articles(data: bytes) -> ArticleList:
    """Return the articles in a value of the column `TermSegment.articles`, as read-only arrays."""
    count = len(data) // (NUMBER_TYPE.itemsize + LENGTH_TYPE.itemsize)
    lengths = np.frombuffer(data, LENGTH_TYPE, offset=count * NUMBER_TYPE.itemsize)
    return ArticleList(np.frombuffer(data, NUMBER_TYPE, count), lengths)


def join_articles(several: Iterable[ArticleList]) -> ArticleList:
    """Return the articles of several lists, one list after the other. There must be at least one list."""
    return ArticleList(*map(np.concatenate, zip(*several, strict=True)))


def pack_terms(parts: Mapping[str, str]) -> tuple[int, bytes]:
    """Return the number of terms of an article, and its packed terms for the term index.

    The number includes the placeholders and the marks of paragraphs. The packed terms are the hash of each
    distinct term with its weighted frequency.

    Args:
        parts: The search terms of each part of the article, separated by spaces.
    """
    frequencies: Counter[str] = Counter()
    length = 0
    for part, weight in PART_WEIGHTS.items():
        words = parts[part].split()
        length += len(words)
        if weight == 1:
            frequencies.update(words)
            continue
        for word in words:
            frequencies[word] = frequencies.get(word, 0) + weight
    # Queries never contain the markers that follow paragraphs.
    words = [word for word in frequencies if word[0] not in MARKERS]
    counts = np.fromiter(map(frequencies.__getitem__, words), np.int64, len(words))
    terms = np.empty(len(words), TERM_TYPE)
    terms["hash"] = np.fromiter(map(term_hash, words), HASH_TYPE, len(words))
    terms["frequency"] = np.minimum(counts, MAX_FREQUENCY)
    return length, terms.tobytes()


def unpack_terms(several: list[bytes]) -> TermLists:
    """Return the terms of several articles, the terms of the first article first.

    The place of an article in the result is its index in `several`.

    Args:
        several: The bytes of each article, as `pack_terms` returned them.
    """
    terms = np.frombuffer(b"".join(several), TERM_TYPE)
    counts = [len(each) // TERM_TYPE.itemsize for each in several]
    # A contiguous array is searched in half of the time.
    hashes = np.ascontiguousarray(terms["hash"])
    return TermLists(hashes, np.repeat(np.arange(len(several), dtype=np.int32), counts), terms["frequency"])


def encode_buckets(lists: TermLists, level: int) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of each bucket of a segment (a part of the term index).

    A bucket has the terms whose hashes begin with the same bits. Empty buckets are left out.

    Args:
        lists: The terms of each article in the segment. The articles of a term are in the order of their
            places.
        level: The level of the segment, which determines how many buckets the segment has.
    """
    order = np.argsort(lists.hashes, kind="stable")
    hashes, places, frequencies = (each[order] for each in lists)
    starts = np.flatnonzero(np.diff(hashes, prepend=~hashes[:1]))
    terms, ends = hashes[starts], np.append(starts, len(hashes))
    buckets = terms >> np.uint64(HASH_BITS - BUCKET_BITS[level])
    firsts = np.append(np.flatnonzero(np.diff(buckets, prepend=~buckets[:1])), len(terms))
    gaps = np.diff(places, prepend=0)
    gaps[starts] = places[starts]
    has_upper = np.maximum.reduceat(np.maximum(gaps, frequencies), starts) > LOWER_BITS
    for first, last in pairwise(firsts):
        items, has_uppers = slice(ends[first], ends[last]), has_upper[first:last]
        rows = np.stack([gaps[items], frequencies[items]]).astype(np.uint16)
        counts = np.diff(ends[first : last + 1]) + np.where(has_uppers, HAS_UPPER, 0)
        data = [
            COUNT_TYPE.type(last - first).tobytes(),
            terms[first:last].astype(HASH_TYPE).tobytes(),
            counts.astype(COUNT_TYPE).tobytes(),
            (rows & LOWER_BITS).astype(np.uint8).tobytes(),
        ]
        upper = zlib.compress((rows >> 8).astype(np.uint8).tobytes()) if has_uppers.any() else b""
        yield int(buckets[first]), zlib.compress(b"".join(data)) + upper


def decode_bucket(data: bytes) -> TermLists:
    """Return the terms in the bytes of a bucket, and the articles that contain each term.

    A bucket has the terms of a segment (a part of the term index) whose hashes begin with the same bits.
    """
    # Few terms need the upper bytes, so these bytes are compressed separately and decompressed only for these
    # terms.
    stream = isal_zlib.decompressobj()
    raw = stream.decompress(data)
    start = COUNT_TYPE.itemsize
    hashes = np.frombuffer(raw, HASH_TYPE, int.from_bytes(raw[:start], "little"), start)
    counts = np.frombuffer(raw, COUNT_TYPE, len(hashes), start + hashes.nbytes) & MAX_COUNT
    lower = np.frombuffer(raw, np.uint8, offset=start + hashes.nbytes + counts.nbytes).reshape(2, -1)
    gaps, frequencies = lower.astype(np.int64)
    if stream.unused_data:
        upper = _upper_bytes(stream.unused_data).astype(np.int64) << 8
        gaps, frequencies = gaps + upper[0], frequencies + upper[1]
    places = np.cumsum(gaps)
    starts = np.cumsum(counts) - counts
    places -= np.repeat(places[starts] - gaps[starts], counts)
    return TermLists(np.repeat(hashes, counts), places, frequencies)


def find_list(data: bytes, hashed: int) -> TermGaps | None:
    """Return the articles of a segment that contain a term, with the frequency of the term in each.

    Return None if there is no such article.

    Args:
        data: The bytes of the bucket of the term, the group of terms whose hashes begin with the same bits.
        hashed: The hash of the term.
    """
    stream = isal_zlib.decompressobj()
    raw = stream.decompress(data)
    start = COUNT_TYPE.itemsize
    end = start + HASH_TYPE.itemsize * int.from_bytes(raw[:start], "little")
    key = hashed.to_bytes(HASH_TYPE.itemsize, "little")
    found = raw.find(key, start, end)
    # The bytes of a hash can also occur across the boundary of two other hashes.
    while found >= 0 and (found - start) % HASH_TYPE.itemsize:
        found = raw.find(key, found + 1, end)
    if found < 0:
        return None
    index = (found - start) // HASH_TYPE.itemsize
    counts = np.frombuffer(raw, COUNT_TYPE, index + 1, end)
    first, count = int((counts[:index] & MAX_COUNT).sum()), int(counts[index])
    lower = end + (end - start) // HASH_TYPE.itemsize * COUNT_TYPE.itemsize
    items = slice(first, first + (count & int(MAX_COUNT)))
    gaps: Integers
    frequencies: Integers
    gaps, frequencies = np.frombuffer(raw, np.uint8, offset=lower).reshape(2, -1)[:, items]
    if count & HAS_UPPER:
        upper = _upper_bytes(stream.unused_data)[:, items].astype(np.int64) << 8
        gaps, frequencies = gaps + upper[0], frequencies + upper[1]
    return TermGaps(gaps, frequencies)


def join_gaps(lists: Mapping[int, TermGaps]) -> tuple[NDArray[np.int32], Integers]:
    """Join the lists of a term in several segments into one list for the whole term index.

    Args:
        lists: The list of each segment, by the index of the segment's first article in the whole term index.

    Returns:
        The indexes of the articles in the whole term index, and the frequency of the term in each article.
    """
    if not lists:
        return np.empty(0, np.int32), np.empty(0, np.uint8)
    gaps, frequencies = map(np.concatenate, zip(*lists.values(), strict=True))
    counts = [len(each.gaps) for each in lists.values()]
    starts = [0, *accumulate(counts[:-1])]
    places = np.cumsum(gaps, dtype=np.int32)
    # The gaps of each segment begin at its first article.
    shifts = np.array([*lists], np.int32) - places[starts] + gaps[starts]
    return places + np.repeat(shifts.astype(np.int32), counts), frequencies


def _upper_bytes(data: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(isal_zlib.decompress(data), np.uint8).reshape(2, -1)
