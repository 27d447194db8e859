"""Answers kept as bytes, in front of routing: what was answered once is answered again without Flask.

All that is kept is of one state of the database and goes when a look (`api.watch`) shows another one, so that
no answer is older than that look. WSGI (PEP 3333), one cache a process, bounded in bytes, the least recently
used going first.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.http import HTTP_STATUS_CODES, is_entity_header, is_resource_modified

from api.caching import wants_gzip
from api.requests import ROUTE
from api.watch import Watch

# These say how the process is, and are never kept.
LIVE = ("/healthz", "/readyz", "/metrics")
# What an entry takes besides its bytes and its key, roughly: its headers, its places in the tables.
OVERHEAD_BYTES = 2_000
NOT_MODIFIED = f"304 {HTTP_STATUS_CODES[304].upper()}"

log = logging.getLogger("briefs.cache")

Headers = list[tuple[str, str]]
# What an answer depends on: the target as it was sent, path and query, Accept, the coding, Origin.
Key = tuple[str, str, str, str, str, str]


class Entry:
    """An answer: its status, its headers, its bytes, and the rule of its route."""

    def __init__(self, key: Key, status: str, headers: Headers, body: bytes, route: str | None) -> None:
        self.status, self.headers, self.body, self.route = status, headers, body, route
        self.etag = next((value for name, value in headers if name == "ETag"), None)
        self.without_entity = [pair for pair in headers if not is_entity_header(pair[0])]
        self.size = len(body) + sum(map(len, key)) + OVERHEAD_BYTES

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Answer with this, or with 304 where the client has it (RFC 9110, 13.1.2)."""
        environ[ROUTE] = self.route
        if self.etag and "HTTP_IF_NONE_MATCH" in environ and not is_resource_modified(environ, self.etag):
            start_response(NOT_MODIFIED, self.without_entity)
            return []
        start_response(self.status, self.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


class ByteCache:
    """Keeps the answers of `application` up to `max_bytes`, as long as `watch` sees no change."""

    def __init__(self, application: WSGIApplication, watch: Watch, max_bytes: int) -> None:
        self.application, self.watch, self.max_bytes = application, watch, max_bytes
        self.hits = self.misses = self.bytes = 0
        self._lock = threading.Lock()
        self._version: Hashable = None
        self._entries: OrderedDict[Key, Entry] = OrderedDict()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from what is kept, or keep what the application answers."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_IF_MATCH" in environ:
            return self.application(environ, start_response)
        # Who asks so (RFC 9111, 5.2.1.4) keeps a copy, and notes of how new a state it is.
        version = self.watch.look(now="no-cache" in environ.get("HTTP_CACHE_CONTROL", ""))
        if version is None:
            return self.application(environ, start_response)
        key = _key(environ)
        entry = self._find(version, key)
        if entry is None:
            if environ["REQUEST_METHOD"] == "HEAD":
                return self.application(environ, start_response)
            entry = self._ask(key, environ)
            self._keep(version, key, entry, environ)
        return entry.answer(environ, start_response)

    def _find(self, version: Hashable, key: Key) -> Entry | None:
        with self._lock:
            if version != self._version:
                self._entries.clear()
                self._version, self.bytes = version, 0
            entry = self._entries.get(key)
            if entry is None:
                self.misses += 1
                return None
            self._entries.move_to_end(key)
            self.hits += 1
            return entry

    def _ask(self, key: Key, environ: WSGIEnvironment) -> Entry:
        """Have the application answer in full, whatever the client has."""
        asked = {name: value for name, value in environ.items() if name != "HTTP_IF_NONE_MATCH"}
        started: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, *_: Any) -> Any:
            started.append((status, headers))

        answered = self.application(asked, start)
        try:
            body = b"".join(answered)
        finally:
            getattr(answered, "close", lambda: None)()
        status, headers = started[-1]
        return Entry(key, status, headers, body, asked.get(ROUTE))

    def _keep(self, version: Hashable, key: Key, entry: Entry, environ: WSGIEnvironment) -> None:
        """Keep an answer that has an ETag, unless the database has changed since the request came."""
        if entry.etag is None or entry.size > self.max_bytes or environ["PATH_INFO"] in LIVE:
            return
        with self._lock:
            if version != self._version or key in self._entries:
                return
            self._entries[key] = entry
            self.bytes += entry.size
            while self.bytes > self.max_bytes:
                _, oldest = self._entries.popitem(last=False)
                self.bytes -= oldest.size
        counts = {"hits": self.hits, "misses": self.misses, "bytes": self.bytes}
        log.debug("kept", extra=counts)


def _key(environ: WSGIEnvironment) -> Key:
    # As it was sent, too: two spellings of one target are as long as they are, which decides on a 414.
    target = (environ.get("RAW_URI", ""), environ["PATH_INFO"], environ["QUERY_STRING"])
    coding = "gzip" if wants_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else ""
    return *target, environ.get("HTTP_ACCEPT", ""), coding, environ.get("HTTP_ORIGIN", "")
