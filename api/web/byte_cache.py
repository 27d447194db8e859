"""A cache of complete answers in front of routing, so that repeated requests never reach Flask.

All cached answers belong to one version of the database and are dropped when `api.web.revision_watch` sees a
change. Each process has one cache, bounded in bytes, which drops the least recently used answer first.
"""

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from itertools import chain
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from api.web.answers import Answer, Variant, read_answer, requested_variant
from api.web.revision_watch import RevisionWatch

# These report the state of the process and are never cached.
UNCACHED_PATHS = ("/healthz", "/readyz", "/metrics")
# The approximate memory of an answer besides its texts: its objects and its places in tables.
OVERHEAD_BYTES = 2_500

# A `Cache-Control` that asks for the current state (RFC 9111, 5.2.1).
REVALIDATION = re.compile(r"no-cache|max-age=0(?!\d)", re.IGNORECASE)

log = logging.getLogger("briefs.cache")

# RAW_URI as well as the path and the query, since the length of the target as sent can lead to a 414.
Key = tuple[str, str, str, Variant]


class ByteCache:
    """WSGI middleware that caches answers that are requested more than once.

    Args:
        application: answers what is not cached.
        watch: tells the version of the database.
        max_bytes: the size of the cache.
    """

    def __init__(self, application: WSGIApplication, watch: RevisionWatch, max_bytes: int) -> None:
        self.application, self.watch, self.max_bytes = application, watch, max_bytes
        self.hits = self.misses = self.bytes = 0
        self._lock = threading.Lock()
        self._version: Hashable = None
        self._answers: OrderedDict[Key, tuple[Answer, int]] = OrderedDict()
        # Hashes of the keys requested once, in two generations that together hold as many as the cache could.
        self._generation_size = max(1, max_bytes // OVERHEAD_BYTES // 2)
        self._requested: set[int] = set()
        self._requested_before: set[int] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send the cached answer, or call the application and perhaps cache its answer."""
        is_cacheable = (
            environ["REQUEST_METHOD"] in ("GET", "HEAD") and environ["PATH_INFO"] not in UNCACHED_PATHS
        )
        if not is_cacheable or "HTTP_IF_MATCH" in environ:
            return self.application(environ, start_response)
        cache_control = environ.get("HTTP_CACHE_CONTROL", "")
        version = self.watch.version(now=bool(cache_control and REVALIDATION.search(cache_control)))
        if version is None:
            return self.application(environ, start_response)
        target = environ.get("RAW_URI", ""), environ["PATH_INFO"], environ["QUERY_STRING"]
        key = (*target, requested_variant(environ))
        answer = self._find(version, key)
        if answer is None:
            if environ["REQUEST_METHOD"] == "HEAD" or not self._was_requested(key):
                return self.application(environ, start_response)
            answer = read_answer(self.application, environ)
            if answer.etag:
                self._keep(version, key, answer)
        return answer.send(environ, start_response)

    def _find(self, version: Hashable, key: Key) -> Answer | None:
        with self._lock:
            if version != self._version:
                self._answers.clear()
                self._version, self.bytes = version, 0
            found = self._answers.get(key)
            if found is None:
                self.misses += 1
                return None
            self._answers.move_to_end(key)
            self.hits += 1
            return found[0]

    def _was_requested(self, key: Key) -> bool:
        """Return True if `key` was requested recently; the first request of a key is not cached."""
        hashed = hash(key)
        with self._lock:
            if hashed in self._requested or hashed in self._requested_before:
                return True
            if len(self._requested) == self._generation_size:
                self._requested_before, self._requested = self._requested, set()
            self._requested.add(hashed)
            return False

    def _keep(self, version: Hashable, key: Key, answer: Answer) -> None:
        """Cache an answer unless the database has changed since the request."""
        size = _size(key, answer)
        with self._lock:
            if size > self.max_bytes or version != self._version or key in self._answers:
                return
            self._answers[key] = answer, size
            self.bytes += size
            while self.bytes > self.max_bytes:
                _, (_, evicted) = self._answers.popitem(last=False)
                self.bytes -= evicted
        log.debug("answer cached", extra={"hits": self.hits, "misses": self.misses, "bytes": self.bytes})


def _size(key: Key, answer: Answer) -> int:
    *target, variant = key
    texts = chain(target, variant, *answer.headers)
    return OVERHEAD_BYTES + len(answer.body) + sum(map(len, texts))
