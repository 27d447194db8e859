"""The format of an export: one JSON object a line, its kinds of line in this order, what each holds.

    corpus    format, revision and secret_key; one line, the first
    entity    a row, the slugs that lead to it, and the ids of those merged into it; by id
    article   a row with its document and all its parts, the slugs that lead to it; by number
    removed   an article that is not there any more, and the slugs that are still its own; by id
    revision  a former revision of an article of either kind; by article and revision
    change    a line of the feed of changes; by sequence, which has no gaps
    end       how many lines stand before it, and the SHA-256 of their bytes; the last line

What follows from the rest is in no line and made anew: sort keys, digests of titles, ids and places of parts,
facets, search terms. `document` is the document's text, which is always UTF-8, a byte-order mark included.
"""

from collections.abc import Mapping

from api.models import CHANGE_KINDS, ENTITY_TYPES
from seeds.extraction.mentions import WEIGHTS
from seeds.transfer.value_readers import (
    MAX_NUMBER,
    Read,
    as_it_is,
    by_kind,
    each,
    identity,
    integer,
    key,
    one_of,
    optional,
    pair,
    record,
    sha256,
    share,
    slug,
    text,
    time,
)

FORMAT = 1

count, position = integer(), integer(1)
ENTITY = {
    "id": identity,
    "slug": slug,
    "name": text,
    "type": one_of(ENTITY_TYPES),
    "aliases": each(text),
    "description": optional(text),
    "same_as": each(text),
    "origin": one_of(("catalogue", "extracted")),
    "article_count": count,
    "mention_count": count,
}
ANALYSIS = {"desk": optional(text), "heading": optional(text), "paragraphs": each(text)}
ARTICLE = {
    "id": identity,
    "key": text,
    "slug": slug,
    "content_digest": sha256,
    "derived_digest": sha256,
    "title": text,
    "summary": optional(text),
    "language": text,
    "author": optional(text),
    "role": optional(text),
    "publication": optional(text),
    "image_caption": optional(text),
    "image_url": optional(text),
    "published_at": optional(time),
    "created_at": time,
    "updated_at": time,
    "revision": position,
    "word_count": count,
    "body": each(text),
    "analysis": optional(record(ANALYSIS)),
    "source_name": text,
}
MENTION = {
    "part": one_of(WEIGHTS),
    "index": optional(position),
    "start": count,
    "end": count,
    "text": text,
}
NAMED = {
    "id": identity,
    "salience": share,
    "own_name": optional(text),
    "own_type": optional(one_of(ENTITY_TYPES)),
    "mentions": each(record(MENTION)),
}
TAKEAWAY = {"text": text, "evidence": each(record({"paragraph": position, "score": share}))}
SHARED_ENTITY = {"id": as_it_is(identity), "slug": slug, "name": text}
REASONS = {
    "shared_entity": record({"kind": text, "entity": record(SHARED_ENTITY), "weight": share}),
    "shared_term": record({"kind": text, "term": text, "weight": share}),
    "near_duplicate": record({"kind": text, "weight": share}),
}
RELATED = {
    "basis": one_of(("listed", "computed")),
    "title": optional(text),
    "printed_date": optional(text),
    "target_id": optional(identity),
    "score": optional(share),
    "reasons": each(by_kind(REASONS)),
}
PARTS = {
    "slugs": each(slug),
    "folder": text,
    "document": text,
    "takeaways": each(record(TAKEAWAY)),
    "entities": each(record(NAMED)),
    "related": each(record(RELATED)),
    # Heaviest first; `seeds.linking.feature_vectors` packs a weight into two bytes.
    "features": each(pair(text, integer(0, (1 << 16) - 1))),
}
# What `api.v1.article_content` says of a revision.
STATED = {
    "slug": slug,
    "title": text,
    "summary": optional(text),
    "language": text,
    "byline": optional(record({"author": optional(text), "role": optional(text), "publication": text})),
    "image": optional(record({"caption": optional(text), "url": optional(text)})),
    "published_at": optional(as_it_is(time)),
    "word_count": count,
    "reading_minutes": count,
    "body": each(record({"paragraph": position, "text": text})),
    "analysis": optional(record(ANALYSIS)),
    "takeaways": each(record({"position": position, "text": text})),
    "related": each(record({"position": position, "title": text, "date": optional(text)})),
    "source": record({"name": text, "sha256": sha256, "bytes": count}),
}
REVISION = {"article_id": identity, "revision": position, "key": text}
# The column `kind` says here what the line is, and is called `change`.
CHANGE = {
    "article_id": identity,
    "slug": slug,
    "title": text,
    "revision": position,
    "changed_at": time,
    "fields": each(text),
}
number = integer(1, MAX_NUMBER)
LINES: Mapping[str, Mapping[str, Read]] = {
    "corpus": {"format": integer(1), "revision": count, "secret_key": key},
    "entity": ENTITY | {"slugs": each(slug), "old_ids": each(identity)},
    "article": {"number": number} | ARTICLE | PARTS,
    "removed": {"id": identity, "slugs": each(slug, 1)},
    "revision": REVISION | {"content": record(STATED), "document": text},
    "change": {"sequence": number, "change": one_of(CHANGE_KINDS)} | CHANGE,
    "end": {"lines": count, "sha256": sha256},
}
KINDS = tuple(LINES)
READERS = {kind: record({"kind": text, **fields}) for kind, fields in LINES.items()}
# By what the lines of a kind are in order, each above the one before it.
ORDERED_BY = {
    "entity": ("id",),
    "article": ("number",),
    "removed": ("id",),
    "revision": ("article_id", "revision"),
    "change": ("sequence",),
}
