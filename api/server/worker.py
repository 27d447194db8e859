"""The worker class of gunicorn, whose threads create responses."""

from typing import Any

from api.server.connections import Connection
from api.server.main_loop import PollingWorker
from api.server.refusals import refusal, status_of
from api.server.response_stream import ClientGoneError, ResponseStream

# A connection is closed after this many requests.
MAX_KEEPALIVE_REQUESTS = 1_000


class ServiceWorker(PollingWorker):
    """The worker of the service.

    Its threads never wait for clients. They read no request body, and send errors as problems (RFC 9457).
    """

    def handle(self, conn: Connection) -> None:
        """Answer a request. Threads run this method.

        If the whole response was sent and the client sent nothing else, the connection waits for its next
        request. The main loop does the rest of the work otherwise.
        """
        conn.is_kept = self._respond(conn)
        conn.take_rest()
        if conn.is_kept and not conn.received and not conn.sock.unsent_bytes:
            self.expect_request(conn)
            # The main loop stops watching before it looks at the state. Look at both in the other order.
            if not conn.events:
                self.method_queue.defer(self.watch_again, conn)
        else:
            self.method_queue.defer(self.finish, conn)

    def _respond(self, conn: Connection) -> bool:
        """Create the response to a request, and send what the client receives at once.

        Returns:
            True if the client can send another request.
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
        except (ClientGoneError, StopIteration):
            conn.sock.discard()
            return False
        return is_kept

    def handle_request(self, req: Any, conn: Connection) -> bool:
        """Handle a request, and close the connection after it if necessary.

        After the request number MAX_KEEPALIVE_REQUESTS, the client can reconnect to a less busy worker. After
        a request with a body, the next request could not be found, since no body is read.
        """
        has_body = any(
            name == "TRANSFER-ENCODING" or (name == "CONTENT-LENGTH" and value.strip("0"))
            for name, value in req.headers
        )
        if has_body or conn.requests >= MAX_KEEPALIVE_REQUESTS:
            req.force_close()
        return bool(super().handle_request(req, conn))

    def handle_error(self, req: Any, client: ResponseStream, addr: Any, exc: BaseException) -> None:  # noqa: ARG002
        """Send a problem (RFC 9457) in response to a request that cannot be parsed, and log one line.

        The response and the log line of gunicorn itself would repeat data that the client sent.
        """
        # The application records all other requests itself.
        if req is None:
            self.count_unreadable(status_of(exc))
        client.sendall(refusal(self.log.error_log, status_of(exc), type(exc).__name__))
