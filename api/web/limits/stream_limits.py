"""Limit the number of streams, and the time to make each chunk of a stream.

A stream is a response of unlimited length, which is read from the database while it is sent.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from api.config import Settings
from api.problem_kinds import ProblemKind
from api.problems import RETRY_SECONDS
from api.urls import STREAM_PATHS
from api.web.problem_responses import ErrorResponse, send_error
from api.web.request_ids import ID
from api.web.request_records import ROUTE

# How long a chunk can wait for other requests, as a share of BRIEFS_REQUEST_SECONDS. The share is larger than
# that of requests, because a refused chunk ends its stream.
CHUNK_WAITING_SHARE = 0.9

# After a chunk, a stream pauses for this multiple of the processor time that the chunk took, so that other
# requests can use the processor. The time in which the client receives the chunk is part of the pause.
PAUSE_FACTOR = 1.0

log = logging.getLogger("briefs.error")

# As `RequestDeadlines.limit_time`. The value of the context manager is True if the chunk can be read.
LimitTime = Callable[[float], AbstractContextManager[bool]]


class StreamLimits:
    """WSGI middleware that runs a limited number of streams at the same time.

    Each chunk of a stream has a deadline. If a chunk fails, the stream raises `ConnectionAbortedError`. The
    server must then close the connection without ending the response.

    Args:
        application: Handles the requests.
        limit_time: Limits the time of a chunk, as `RequestDeadlines.limit_time` does.
    """

    def __init__(self, application: WSGIApplication, settings: Settings, limit_time: LimitTime) -> None:
        self.application = application
        self._settings, self._limit_time = settings, limit_time
        self._places = threading.BoundedSemaphore(settings.streams)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Call the application. Send 503 instead if the request is for a stream and too many streams run."""
        if environ["PATH_INFO"] not in STREAM_PATHS or environ["REQUEST_METHOD"] != "GET":
            return self.application(environ, start_response)
        if not self._places.acquire(blocking=False):
            environ[ROUTE] = environ["PATH_INFO"]
            error = ErrorResponse(ProblemKind.TOO_MANY_STREAMS, [("Retry-After", str(RETRY_SECONDS))])
            return send_error(environ, start_response, self._settings, error)
        try:
            body = self.application(environ, start_response)
        except BaseException:
            self._places.release()
            raise
        return _Stream(body, environ[ID], self._limit_time, self._places.release)


class _Stream:
    """The body of a stream, whose chunks have a deadline.

    Args:
        chunks: The body.
        request_id: The id of the request, for the log.
        limit_time: Limits the time of a chunk.
        release: A function that is called once, when the stream ends.
    """

    def __init__(
        self,
        chunks: Iterable[bytes],
        request_id: str,
        limit_time: LimitTime,
        release: Callable[[], object],
    ) -> None:
        self._body, self._chunks = chunks, iter(chunks)
        self._request_id, self._limit_time, self._release = request_id, limit_time, release
        self._resume_at = 0.0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        time.sleep(max(0.0, self._resume_at - time.monotonic()))
        started = time.thread_time()
        try:
            with self._limit_time(CHUNK_WAITING_SHARE) as is_admitted:
                if not is_admitted:
                    raise TimeoutError
                chunk = next(self._chunks, None)
        except Exception as error:
            cause = getattr(error, "orig", None) or error
            extra = {"request_id": self._request_id, "error": type(cause).__name__}
            log.error("stream aborted", extra=extra)
            self._end()
            raise ConnectionAbortedError from error
        if chunk is None:
            # The thread waits for its client only between two chunks, so it is free now. The client receives
            # the end of the response only after this, so its next stream is not refused.
            self._end()
            raise StopIteration
        self._resume_at = time.monotonic() + (time.thread_time() - started) * PAUSE_FACTOR
        return chunk

    def close(self) -> None:
        """End the stream and close its body.

        The server always calls this method, even if the client has disconnected.
        """
        self._end()
        getattr(self._body, "close", lambda: None)()

    def __del__(self) -> None:
        """Call `release` if the body is dropped before it is read to its end or closed."""
        self._end()

    def _end(self) -> None:
        release, self._release = self._release, bool
        release()
