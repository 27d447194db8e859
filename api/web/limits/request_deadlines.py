"""Limit the duration and the number of running requests.

Requests that are answered from the cache of complete responses (`api.web.byte_cache`) are not limited.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from api.config import Settings
from api.database.deadlines import Watchdog
from api.database.failures import Failure
from api.database.revision_watch import RevisionWatch
from api.problem_kinds import ProblemKind
from api.problems import RETRY_SECONDS
from api.urls import STATUS_PATHS
from api.web.limits.concurrency_limit import ConcurrencyLimit
from api.web.problem_responses import ErrorResponse, send_error

# A request can wait for other requests for this share of its maximum duration.
WAITING_SHARE = 0.5


class RequestDeadlines:
    """WSGI middleware that limits how long requests use the database, and how many run at the same time.

    While the database is unavailable, requests that need it get 503 at once.

    Args:
        application: Handles the requests.
        watch: Says whether the database is available.
        watchdog: Interrupts the database connections of requests that take too long.
        limit: Limits the number of requests that run at the same time.
    """

    def __init__(
        self,
        application: WSGIApplication,
        settings: Settings,
        watch: RevisionWatch,
        watchdog: Watchdog,
        limit: ConcurrencyLimit,
    ) -> None:
        self.application = application
        self._settings, self._watch, self._watchdog, self._limit = settings, watch, watchdog, limit
        self._message = (
            f"The request took longer than {settings.request_seconds:g} seconds. "
            "Ask for less, or try again later."
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Call the application with a deadline.

        If too many requests are running, wait until one of them ends. If none ends in time, send 503.
        Requests for the state of the service (STATUS_PATHS) are not limited.
        """
        if environ["PATH_INFO"] in STATUS_PATHS:
            return self.application(environ, start_response)
        with self.limit_time() as is_admitted:
            if is_admitted:
                return self.application(environ, start_response)
            error = ErrorResponse(ProblemKind.TOO_BUSY, [("Retry-After", str(RETRY_SECONDS))])
            return send_error(environ, start_response, self._settings, error)

    @contextmanager
    def limit_time(self, waiting_share: float = WAITING_SHARE) -> Iterator[bool]:
        """Limit how long the `with` block can use the database, and count the block as a running request.

        Use of the database fails after BRIEFS_REQUEST_SECONDS. The value of the `with` statement is False if
        too many requests run. The block must then not use the database.

        Args:
            waiting_share: How long to wait for other requests, as a share of BRIEFS_REQUEST_SECONDS.
        """
        seconds = self._settings.request_seconds
        outage_message = None if self._watch.is_available() else Failure.UNAVAILABLE
        with self._watchdog.limit(
            seconds,
            self._message,
            oldest_connection=self._watch.recovered_at,
            outage_message=outage_message,
        ):
            if not self._limit.acquire(seconds * waiting_share):
                yield False
                return
            started_at = time.monotonic()
            try:
                yield True
            finally:
                self._limit.release(time.monotonic() - started_at)
