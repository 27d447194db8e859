"""Cache answers as bytes in front of routing, so that repeated requests never reach Flask.

All cached answers are of one state of the database. They are dropped when `api.web.revision_watch` sees a
change.
This is WSGI (PEP 3333). Each process has one cache, bounded in bytes; the least recently used answer is
dropped first.
"""

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from itertools import chain
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from api.web.answers import Answer, Kind, ask, kind_of
from api.web.revision_watch import Watch

# These say how the process is, and are never kept.
LIVE = ("/healthz", "/readyz", "/metrics")
# What an answer takes besides what is counted, roughly: the objects that it is made of, its places in tables.
OVERHEAD_BYTES = 2_500

# Who asks so (RFC 9111, 5.2.1) keeps a copy, and notes of how new a state it is.
NEW = re.compile(r"no-cache|max-age=0(?!\d)", re.IGNORECASE)

log = logging.getLogger("briefs.cache")

# The target as it was sent, too: two spellings of one are as long as they are, which decides on a 414.
Key = tuple[str, str, str, Kind]


class ByteCache:
    """Keeps the answers of `application` up to `max_bytes`, as long as `watch` sees no change."""

    def __init__(self, application: WSGIApplication, watch: Watch, max_bytes: int) -> None:
        self.application, self.watch, self.max_bytes = application, watch, max_bytes
        self.hits = self.misses = self.bytes = 0
        self._lock = threading.Lock()
        self._version: Hashable = None
        self._answers: OrderedDict[Key, tuple[Answer, int]] = OrderedDict()
        # What was asked for once, in two generations: of as many targets as could ever be kept at once.
        self._most_once = max(1, max_bytes // OVERHEAD_BYTES // 2)
        self._once: set[int] = set()
        self._once_before: set[int] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from what is kept, or keep what the application answers."""
        is_read = environ["REQUEST_METHOD"] in ("GET", "HEAD") and environ["PATH_INFO"] not in LIVE
        if not is_read or "HTTP_IF_MATCH" in environ:
            return self.application(environ, start_response)
        wanted = environ.get("HTTP_CACHE_CONTROL")
        version = self.watch.look(now=wanted is not None and NEW.search(wanted) is not None)
        if version is None:
            return self.application(environ, start_response)
        key = environ.get("RAW_URI", ""), environ["PATH_INFO"], environ["QUERY_STRING"], kind_of(environ)
        answer = self._find(version, key)
        if answer is None:
            if environ["REQUEST_METHOD"] == "HEAD" or not self._is_asked_again(key):
                return self.application(environ, start_response)
            answer = ask(self.application, environ)
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

    def _is_asked_again(self, key: Key) -> bool:
        """Tell whether `key` was asked for lately; what is asked for once need not be kept."""
        asked = hash(key)
        with self._lock:
            if asked in self._once or asked in self._once_before:
                return True
            if len(self._once) == self._most_once:
                self._once_before, self._once = self._once, set()
            self._once.add(asked)
            return False

    def _keep(self, version: Hashable, key: Key, answer: Answer) -> None:
        """Keep an answer unless the database has changed since the request came."""
        size = _size(key, answer)
        with self._lock:
            if size > self.max_bytes or version != self._version or key in self._answers:
                return
            self._answers[key] = answer, size
            self.bytes += size
            while self.bytes > self.max_bytes:
                _, (_, evicted) = self._answers.popitem(last=False)
                self.bytes -= evicted
        log.debug("kept", extra={"hits": self.hits, "misses": self.misses, "bytes": self.bytes})


def _size(key: Key, answer: Answer) -> int:
    raw, path, query, kind = key
    texts = chain((raw, path, query), kind, *answer.headers)
    return OVERHEAD_BYTES + len(answer.body) + sum(map(len, texts))
