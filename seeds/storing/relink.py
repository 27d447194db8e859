"""What was derived, anew: from articles that are there, with the rules and the catalogue of today.

No article has a new revision of it, and the feed of changes nothing; the corpus is counted one on.
"""

from uuid import UUID

from sqlalchemy import Connection

from api.execution import fetch_one, run
from seeds.extraction.mentions import Matcher
from seeds.linking.computed_links import link
from seeds.linking.feature_vectors import Vector, unpack
from seeds.linking.listed_links import resolve
from seeds.storing.derivation import derive
from seeds.storing.derived_rows import write_parts
from seeds.storing.statements import CHANGE_ARTICLE, FEATURES, NEXT_REVISION
from seeds.storing.stored_article import read_whole


def reread(connection: Connection, identity: UUID, matcher: Matcher) -> bool:
    """Derive anew what is derived from an article alone; tells whether anything changed."""
    whole = read_whole(connection, identity)
    content = whole.content
    derived = derive(content.prose, matcher)
    if derived.digest == whole.derived_digest:
        return False
    run(connection, CHANGE_ARTICLE, {"identity": identity, "derived_digest": derived.digest})
    seeded = {"created_at": whole.created_at, "updated_at": whole.updated_at}
    write_parts(connection, identity, content, derived, seeded, is_new=False)
    resolve(connection, identity, {content.columns["title_digest"]})
    run(connection, NEXT_REVISION, {})
    return True


def relink(connection: Connection, identity: UUID) -> bool:
    """Compute the links of an article anew; tells whether any changed."""
    row = fetch_one(connection, FEATURES, {"identity": identity})
    vector = Vector(row.names, unpack(row.weights)) if row else Vector([], {})
    changed = link(connection, identity, vector, row.published_at if row else None)
    if changed:
        run(connection, NEXT_REVISION, {})
    return changed
