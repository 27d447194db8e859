"""The worker class of gunicorn, whose threads create responses."""

import time
from typing import Any
from wsgiref.types import WSGIEnvironment

from gunicorn.http import wsgi

from api.server.connections import Connection
from api.server.main_loop import PollingWorker
from api.server.refusals import refusal, status_of
from api.server.response_stream import ClientGoneError, ResponseStream
from api.server.responses import Response
from api.urls import STREAM_PATHS
from api.web.request_ids import ID, UNSENT_BYTES

# A connection is closed after this many requests.
MAX_KEEPALIVE_REQUESTS = 1_000


class ServiceWorker(PollingWorker):
    """The worker of the service.

    A thread waits for a client only between two parts of a long response. It reads a request body only if the
    main loop has received the body. Errors are sent as problems (RFC 9457).
    """

    def handle(self, conn: Connection) -> None:
        """Answer the request that has arrived on `conn`. A thread calls this method.

        The connection then waits for its next request, or the main loop sends the rest of the response.
        """
        conn.is_kept = self._respond(conn)
        conn.keep_next_bytes()
        if conn.is_kept and not conn.received and not conn.sock.unsent_bytes:
            self.expect_request(conn)
            # The main loop sets `events` to 0 before it reads `state`. This thread has set `state` before it
            # reads `events`, so at least one of them watches the connection again.
            if not conn.events:
                self.method_queue.defer(self.watch_idle, conn)
        else:
            self.method_queue.defer(self.finish, conn)

    def _respond(self, conn: Connection) -> bool:
        """Create the response to a request, and send as much of it as possible without waiting.

        Returns:
            True if the connection stays open for the next request.
        """
        req = None
        is_kept = False
        try:
            try:
                req = conn.take_request()
                is_kept = self.handle_request(req, conn)
            except (ClientGoneError, StopIteration):
                raise
            except (Exception, SystemExit) as error:
                self.handle_error(req, conn.sock, conn.client, error)
            conn.sock.end()
        except ClientGoneError:
            conn.discard_unsent()
            return False
        except StopIteration:
            conn.sock.discard()
            return False
        return is_kept

    def handle_request(self, req: Any, conn: Connection) -> bool:
        """Call the application, and return True if the connection stays open for the next request.

        The connection is closed after MAX_KEEPALIVE_REQUESTS requests, and after a request with an unread
        body.

        Raises:
            StopIteration: The application failed after it had sent a part of its response.
        """
        # The method of gunicorn would also prepare an access log, but the application logs its requests
        # itself.
        response, environ = wsgi.create(
            req, conn.sock, conn.client, conn.server, self.cfg, response_class=Response
        )
        environ["wsgi.multithread"] = True
        self._count_request()
        has_unread_body = not conn.body and any(
            name == "TRANSFER-ENCODING" or (name == "CONTENT-LENGTH" and value.strip("0"))
            for name, value in req.headers
        )
        # After its last request, the client can reconnect to a less busy worker.
        is_last = conn.requests >= MAX_KEEPALIVE_REQUESTS
        if has_unread_body or is_last or not (self.alive and self.cfg.keepalive):
            # The parser reads no further request from this connection either.
            req.force_close()
        try:
            self._send_parts(conn, response, environ)
        except (Exception, SystemExit) as error:
            if isinstance(error, ClientGoneError) or not response.headers_sent:
                raise
            if not isinstance(error, ConnectionAbortedError):
                self.log.exception("the application failed after it had sent a part of its response")
            conn.is_incomplete = True
            raise StopIteration from error
        return not response.should_close()

    def _send_parts(self, conn: Connection, response: Response, environ: WSGIEnvironment) -> None:
        """Call the application, and send the parts of its response.

        Wait for the client only between two parts. The main loop sends what is left after the last part.
        """
        parts = self.wsgi(environ, response.start_response)
        conn.stream_id = environ.get(ID, "") if environ["PATH_INFO"] in STREAM_PATHS else ""
        try:
            for part in parts:
                conn.sock.wait_if_full()
                response.write(part)
                if time.monotonic() > self.streams_end_at:
                    raise ConnectionAbortedError
            response.close()
        except (ClientGoneError, ConnectionAbortedError):
            environ[UNSENT_BYTES] = conn.sock.unsent_bytes
            raise
        finally:
            if hasattr(parts, "close"):
                parts.close()

    def _count_request(self) -> None:
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("The worker has answered the maximum number of requests, and is replaced.")
            self.alive = False

    def handle_error(self, req: Any, client: ResponseStream, addr: Any, exc: BaseException) -> None:  # noqa: ARG002
        """Send a problem (RFC 9457) for a request that could not be parsed or answered, and log one line.

        Args:
            req: The request, or None if it could not be parsed.
            client: The stream to send the problem to.
        """
        # The method of gunicorn would repeat data that the client sent, in its response and in the log.
        # The application counts the requests that it gets.
        if req is None:
            self.count_refused(status_of(exc))
        log = self.log.error_log
        client.sendall(refusal(log, status_of(exc), type(exc).__name__, self.base_url))
