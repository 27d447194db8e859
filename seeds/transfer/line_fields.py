"""The format of an export. Each line is a JSON object with the key `kind`. The kinds of lines, in order:

    corpus    the format version, the corpus revision, the key that signs cursors, and the highest numbers
              that an article and an entity ever had; the first line
    entity    an entity with its number, its current and former slugs, and its former ids; sorted by id
    article   an article with its number, document, takeaways, entities, links, features and slugs, and
              the founder of its story (the article that the story is named after); sorted by number
    former_story  a story that ended, its founder, and an article; requests for the story are redirected to
              the story of this article; sorted by id
    removed   a removed article and its slugs; sorted by id
    revision  a former revision of an article; sorted by article and revision
    change    an entry of the change feed; sorted by sequence, without gaps
    end       the number of the lines above and the SHA-256 of their bytes; the last line

`document` is the text of the document, including a byte-order mark. If its bytes are not UTF-8, it is an
object whose key `base64` has the bytes.

A mention of an entity is a list: the part of the article, the number of the takeaway or paragraph, the start,
the end and the text.

The features of an article are weighted words and entities, the heaviest first, in three lists: `names`,
`weights` and `terms`. A term is how the article writes the feature: a text for a word, a list of name and id
for an entity, or null if unknown.

Lines refer to articles and entities by their ids. An export omits values that the import can derive, such as
sort keys, digests, hashes of titles and search terms.
"""

from collections.abc import Mapping

from api.models import CHANGE_KINDS, ENTITY_TYPES, MAX_ARTICLE_NUMBER, MAX_TAKEAWAYS
from seeds.extraction.mentions import WEIGHTS
from seeds.transfer.value_readers import (
    MAX_NUMBER,
    Reader,
    by_kind,
    checked,
    document,
    either,
    fraction,
    integer,
    integers,
    language,
    list_of,
    one_of,
    optional,
    record,
    secret_key,
    sha256,
    slug,
    text,
    texts,
    time,
    title,
    tuple_of,
    uuid,
)

FORMAT_VERSION = 3

count, position, number = integer(), integer(1), integer(1, MAX_ARTICLE_NUMBER)
ENTITY_COLUMNS = {
    "id": uuid,
    "slug": slug,
    "name": text,
    "type": one_of(ENTITY_TYPES),
    "aliases": texts,
    "description": optional(text),
    "same_as": texts,
    "origin": one_of(("catalogue", "extracted")),
    "article_count": count,
    "mention_count": count,
}
ANALYSIS = {"desk": optional(text), "heading": optional(text), "paragraphs": texts}
ARTICLE_COLUMNS = {
    "id": uuid,
    "key": text,
    "slug": slug,
    "derived_digest": sha256,
    "title": title,
    "summary": optional(text),
    "language": language,
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
    "body": texts,
    "analysis": optional(record(ANALYSIS)),
    "source_name": text,
}
# The part of the article, the number of the takeaway or paragraph, the start, the end and the text.
MENTION = tuple_of(one_of(WEIGHTS), optional(position), count, count, text)
ARTICLE_ENTITY = {
    "id": uuid,
    "salience": fraction,
    "own_name": optional(text),
    "own_type": optional(one_of(ENTITY_TYPES)),
    "mentions": list_of(MENTION),
}
TAKEAWAY = {"text": text, "evidence": list_of(record({"paragraph": position, "score": fraction}))}
REASONS = {
    "shared_entity": record({"kind": text, "entity": uuid, "weight": fraction}),
    "shared_term": record({"kind": text, "term": text, "weight": fraction}),
    "near_duplicate": record({"kind": text, "weight": fraction}),
}
LINK_COLUMNS = {
    "basis": one_of(("listed", "computed")),
    "title": optional(text),
    "printed_date": optional(text),
    "target_id": optional(uuid),
    "score": optional(fraction),
    "reasons": list_of(by_kind(REASONS)),
}
FEATURES = {
    "names": texts,
    # `seeds.linking.feature_vectors` stores weights as integers.
    "weights": integers(0, (1 << 16) - 1),
    "terms": list_of(optional(either(text, tuple_of(text, text)))),
}
ARTICLE_PARTS = {
    "slugs": list_of(slug),
    "folder": text,
    "story": uuid,
    "document": document,
    "takeaways": list_of(record(TAKEAWAY), max_length=MAX_TAKEAWAYS),
    "entities": list_of(record(ARTICLE_ENTITY)),
    "related": list_of(record(LINK_COLUMNS)),
    "features": record(FEATURES),
}
# The content of a revision, as `api.v1.article_content` returns it.
REVISION_CONTENT = {
    "slug": slug,
    "title": title,
    "summary": optional(text),
    "language": language,
    "byline": optional(record(dict.fromkeys(("author", "role", "publication"), optional(text)))),
    "image": optional(record({"caption": optional(text), "url": optional(text)})),
    "published_at": optional(checked(time)),
    "word_count": count,
    "reading_minutes": count,
    "body": list_of(record({"paragraph": position, "text": text})),
    "analysis": optional(record(ANALYSIS)),
    "takeaways": list_of(record({"position": position, "text": text})),
    "related": list_of(record({"position": position, "title": text, "date": optional(text)})),
    "source": record({"name": text, "sha256": sha256, "bytes": count}),
}
FORMER_STORY_COLUMNS = {"id": uuid, "founder_id": uuid, "article_id": uuid}
REVISION_COLUMNS = {"article_id": uuid, "revision": position, "key": text}
# The column `kind` of a change is exported as `change`, because `kind` is already the kind of the line.
CHANGE_COLUMNS = {
    "article_id": uuid,
    "slug": slug,
    "title": title,
    "revision": position,
    "changed_at": time,
    "fields": texts,
}
sequence, last_number = integer(1, MAX_NUMBER), integer(0, MAX_ARTICLE_NUMBER)
LINE_FIELDS: Mapping[str, Mapping[str, Reader]] = {
    "corpus": {"format": integer(1), "revision": count, "secret_key": secret_key}
    | {"last_article": last_number, "last_entity": last_number},
    "entity": {"number": number} | ENTITY_COLUMNS | {"slugs": list_of(slug), "old_ids": list_of(uuid)},
    "article": {"number": number} | ARTICLE_COLUMNS | ARTICLE_PARTS,
    "former_story": FORMER_STORY_COLUMNS,
    "removed": {"id": uuid, "slugs": list_of(slug, 1)},
    "revision": REVISION_COLUMNS | {"content": record(REVISION_CONTENT), "document": document},
    "change": {"sequence": sequence, "change": one_of(CHANGE_KINDS)} | CHANGE_COLUMNS,
    "end": {"lines": count, "sha256": sha256},
}
KINDS = tuple(LINE_FIELDS)
LINE_READERS = {kind: record({"kind": text, **fields}) for kind, fields in LINE_FIELDS.items()}
# The fields that the lines of each kind are sorted by, in ascending order.
SORT_FIELDS = {
    "entity": ("id",),
    "article": ("number",),
    "former_story": ("id",),
    "removed": ("id",),
    "revision": ("article_id", "revision"),
    "change": ("sequence",),
}
