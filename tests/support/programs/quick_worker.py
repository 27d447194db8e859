"""The worker of the service with short deadlines, for tests that wait for them."""

from api.server.time_limits import TimeLimits
from api.server.worker import ServiceWorker


class QuickWorker(ServiceWorker):
    """A worker that waits one second for requests, for free threads and for clients that do not read."""

    time_limits = TimeLimits(head_seconds=1.0, body_seconds=1.0, queue_seconds=1.0, send_seconds=1.0)
