"""Announce that a resource is deprecated, and when it will be removed."""

from datetime import UTC, datetime
from typing import NamedTuple

from flask import Response
from werkzeug.http import http_date

# The headers of the announcement, for the specification.
DEPRECATION_HEADERS = {
    "Deprecation": ("The time from which this resource is deprecated (RFC 9745).", "@1767225600"),
    "Sunset": (
        "The time when this resource is expected to be removed (RFC 8594). Missing if no removal is planned.",
        "Wed, 01 Jul 2026 00:00:00 GMT",
    ),
}


class Deprecation(NamedTuple):
    """The announcement that clients should no longer use a resource.

    Attributes:
        since: The date of the header `Deprecation` (RFC 9745).
        removal: The date of the header `Sunset` (RFC 8594), or None if no removal is planned.
        information: The URL of a page that says what to use instead, or None.
    """

    since: datetime
    removal: datetime | None = None
    information: str | None = None

    def announce(self, response: Response) -> Response:
        """Add the headers that announce the deprecation to `response`, and return `response`."""
        response.headers["Deprecation"] = f"@{int(self.since.timestamp())}"
        if self.removal:
            response.headers["Sunset"] = http_date(self.removal.astimezone(UTC))
        if self.information:
            response.headers.add("Link", f'<{self.information}>; rel="deprecation"; type="text/html"')
        return response
