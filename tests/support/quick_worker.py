"""The worker of the service with short deadlines, for tests that wait for them."""

from api.server.worker import ServiceWorker


class QuickWorker(ServiceWorker):
    """A worker that waits one second for a request head and for a client that receives nothing."""

    head_seconds = 1.0
    send_seconds = 1.0
