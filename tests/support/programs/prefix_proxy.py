"""A reverse proxy that publishes a server below a path, such as `/briefs`."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.support.server import Server

# Header fields of an answer that belong to one connection.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding"}


@contextmanager
def published_below(prefix: str, server: Server) -> Iterator[str]:
    """Run a proxy that removes `prefix`, such as `/briefs`, from each path, and yield its origin.

    The proxy answers 404 to all other paths.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith(f"{prefix}/"):
                self.send_error(404)
                return
            names = ("Accept", "Accept-Encoding", "If-None-Match")
            given = {name.replace("-", "_"): self.headers[name] for name in names if name in self.headers}
            answer = server.get(self.path.removeprefix(prefix), **given)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Log no requests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as proxy:
        thread = Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{proxy.server_port}"
        finally:
            proxy.shutdown()
            thread.join()
