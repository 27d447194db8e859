"""A cache of complete responses in memory, which answers repeated requests without calling Flask.

Each process has its own cache. A change of the database empties the cache. While the database is unavailable,
the cache continues to send its responses for a limited time.
"""

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from itertools import chain
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from api.database.revision_watch import RevisionWatch
from api.urls import STATUS_PATHS, STREAM_PATHS
from api.web.buffered_responses import BufferedResponse, Variant, buffer_response, requested_variant
from api.web.headers import Headers

# The cache ignores resources that report the state of the service, streams, and the specification, which does
# not depend on the database (`api.web.prepared_bodies`).
UNCACHED_PATHS = STATUS_PATHS | STREAM_PATHS | {"/openapi.json", "/openapi.yaml"}
# The approximate memory of a cached response apart from its body, headers and key: Python objects and
# dictionary entries.
OVERHEAD_BYTES = 2_500

# A `Cache-Control` that asks for the current state (RFC 9111, 5.2.1).
REVALIDATION = re.compile(r"no-cache|max-age=0(?!\d)", re.IGNORECASE)

log = logging.getLogger("briefs.cache")

# The key of a cached response: RAW_URI, path, query and variant. RAW_URI is included, since its length can
# lead to a 414.
Key = tuple[str, str, str, Variant]


class ByteCache:
    """WSGI middleware that caches the responses to repeated requests.

    Args:
        application: Handles requests without a cached response.
        watch: Returns the version of the database. A new version empties the cache.
        max_bytes: The maximum size of the cache in memory.
        stale_seconds: How long cached responses are sent while the database is unavailable.
    """

    def __init__(
        self, application: WSGIApplication, watch: RevisionWatch, max_bytes: int, stale_seconds: float = 0
    ) -> None:
        self.application, self.watch, self.max_bytes = application, watch, max_bytes
        self.stale_seconds = stale_seconds
        self.hits = self.misses = self.stale_hits = self.bytes = 0
        self._lock = threading.Lock()
        self._version: Hashable = None
        self._responses: OrderedDict[Key, tuple[BufferedResponse, int]] = OrderedDict()
        # Hashes of the keys of requests that were seen once, in two sets. When the newer set is full, it
        # replaces the older set. Together they hold as many keys as the cache can hold responses.
        self._generation_size = max(1, max_bytes // OVERHEAD_BYTES // 2)
        self._requested: set[int] = set()
        self._requested_before: set[int] = set()

    @property
    def responses(self) -> int:
        """The number of cached responses."""
        return len(self._responses)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send the cached response, or else call the application.

        A response of the application is cached if it has an ETag and the same GET request was seen recently.
        Requests for `UNCACHED_PATHS` or with `If-Match` always go to the application.
        """
        is_cacheable = (
            environ["REQUEST_METHOD"] in ("GET", "HEAD") and environ["PATH_INFO"] not in UNCACHED_PATHS
        )
        if not is_cacheable or "HTTP_IF_MATCH" in environ:
            return self.application(environ, start_response)
        cache_control = environ.get("HTTP_CACHE_CONTROL", "")
        version = self.watch.version(now=bool(cache_control and REVALIDATION.search(cache_control)))
        if version is None:
            return self._send_stale(environ, start_response)
        key = _key(environ)
        response = self._find(version, key)
        if response is None:
            if environ["REQUEST_METHOD"] == "HEAD" or not self._was_requested(key):
                return self.application(environ, start_response)
            response = buffer_response(self.application, environ)
            if response.etag:
                self._keep(version, key, response)
        return response.send(environ, start_response)

    def _send_stale(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send the cached response if the database is unavailable, or else call the application.

        The response gets the header `Age` (RFC 9111, 5.1). After `stale_seconds`, cached responses are not
        sent.
        """
        age = self.watch.outage_seconds()
        response = None
        if age is not None and age <= self.stale_seconds:
            with self._lock:
                response, _ = self._responses.get(_key(environ), (None, 0))
                self.stale_hits += response is not None
        if response is None:
            return self.application(environ, start_response)

        def start(status: str, headers: Headers, *error: Any) -> Callable[[bytes], object]:
            return start_response(status, [*headers, ("Age", str(int(age or 0)))], *error)

        return response.send(environ, start)

    def _find(self, version: Hashable, key: Key) -> BufferedResponse | None:
        with self._lock:
            if version != self._version:
                self._responses.clear()
                self._version, self.bytes = version, 0
            found = self._responses.get(key)
            if found is None:
                self.misses += 1
                return None
            self._responses.move_to_end(key)
            self.hits += 1
            return found[0]

    def is_not_modified(self, environ: WSGIEnvironment) -> bool:
        """Return True if the response is cached and the header `If-None-Match` contains its ETag.

        This method does not check the database for changes.
        """
        is_conditional = "HTTP_IF_NONE_MATCH" in environ and "HTTP_IF_MATCH" not in environ
        if not is_conditional or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return False
        with self._lock:
            found = self._responses.get(_key(environ))
        return found is not None and found[0].is_not_modified(environ)

    def _was_requested(self, key: Key) -> bool:
        """Return True if a request with this `key` is remembered. Otherwise, remember `key` and return False.

        At least the last `_generation_size` different keys are remembered, and at most twice as many. Only
        hashes of the keys are kept.
        """
        hashed = hash(key)
        with self._lock:
            if hashed in self._requested or hashed in self._requested_before:
                return True
            if len(self._requested) == self._generation_size:
                self._requested_before, self._requested = self._requested, set()
            self._requested.add(hashed)
            return False

    def _keep(self, version: Hashable, key: Key, response: BufferedResponse) -> None:
        """Cache `response` unless it is too large or the database has changed since the request.

        `version` is the version of the database when the request arrived. If the cache exceeds its maximum
        size, remove the least recently used responses.
        """
        size = _size(key, response)
        with self._lock:
            if size > self.max_bytes or version != self._version or key in self._responses:
                return
            self._responses[key] = response, size
            self.bytes += size
            while self.bytes > self.max_bytes:
                _, (_, evicted) = self._responses.popitem(last=False)
                self.bytes -= evicted
        log.debug("response cached", extra={"hits": self.hits, "misses": self.misses, "bytes": self.bytes})


def _key(environ: WSGIEnvironment) -> Key:
    target = environ.get("RAW_URI", ""), environ["PATH_INFO"], environ["QUERY_STRING"]
    return (*target, requested_variant(environ))


def _size(key: Key, response: BufferedResponse) -> int:
    *target, variant = key
    texts = chain(target, variant, *response.headers)
    return OVERHEAD_BYTES + len(response.body) + sum(map(len, texts))
