"""The kinds of problems (RFC 9457): one table for all error responses, their pages and the specification."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

from werkzeug.http import HTTP_STATUS_CODES

from api.database.failures import Failure

MAX_TARGET_BYTES = 4096
# The maximum size of a request body. Only `/mcp` takes one.
MAX_BODY_BYTES = 65_536
# The path of the pages. The page of a kind is at this path, `/` and the name of the kind.
PROBLEMS_PATH = "/problems"
# The reason phrases of RFC 9110. werkzeug has outdated phrases for these three statuses.
REASON_PHRASES = HTTP_STATUS_CODES | {
    413: "Content Too Large",
    414: "URI Too Long",
    422: "Unprocessable Content",
}
WAIT = "Wait for the number of seconds in `Retry-After`, then repeat the request."
CHECK_ID = "Check the id or slug. Lists contain the current ids and slugs."


class _Row(NamedTuple):
    """A row of the table of problem kinds. The columns are the attributes of `ProblemKind`."""

    status: int
    title: str
    detail: str
    meaning: str
    advice: str
    example: Mapping[str, Any] = MappingProxyType({})


class ProblemKind(Enum):
    """A kind of problem, with the texts of its error responses and of its page.

    In `meaning` and `advice`, text in backticks is code.

    Attributes:
        title: A short name for people.
        detail: The default description in an error response.
        meaning: When the service sends this problem.
        advice: What the client should do.
        example: Further members of the example response, such as `errors`. They replace members of the same
            name.
    """

    # Some errors have a status and no kind, such as those that Flask raises. They get the first kind with
    # this status.

    def __init__(
        self, status: int, title: str, detail: str, meaning: str, advice: str, example: Mapping[str, Any]
    ) -> None:
        self.status, self.title, self.detail = status, title, detail
        self.meaning, self.advice, self.example = meaning, advice, example

    @property
    def slug(self) -> str:
        """The name of the kind in URLs, such as `article-not-found`."""
        return self.name.lower().replace("_", "-")

    @property
    def subject(self) -> str:
        """What was not found, such as `related link`. Only for kinds whose name ends in `NOT_FOUND`."""
        return self.name.removesuffix("_NOT_FOUND").lower().replace("_", " ")

    @property
    def path(self) -> str:
        """The URL path of the page that describes this kind of problem."""
        return f"{PROBLEMS_PATH}/{self.slug}"

    INVALID_REQUEST = _Row(
        400,
        "Invalid request",
        "The request is not valid HTTP/1.1.",
        "The request breaks a rule of HTTP/1.1. For example, it has no valid header `Host`.",
        "Correct the client, or the proxy that sent the request. The same request fails again.",
        {"instance": "/"},
    )
    KEY_REQUIRED = _Row(
        401,
        "API key required",
        "This resource requires a valid API key.",
        "The operator of the service requires an API key for this resource, and the request has none.",
        "Send your key as `Authorization: Bearer …` or in `X-API-Key`. The operator can give you a key.",
    )
    KEY_INVALID = _Row(
        401,
        "API key not valid",
        "The API key is malformed, unknown, expired or revoked.",
        "The request has an API key that the service does not accept.",
        "Check that the key is complete, or ask the operator for a new key. If the service requires no key, "
        "you can also send the request without a key.",
    )
    ORIGIN_NOT_ALLOWED = _Row(
        403,
        "Origin not allowed",
        "This resource does not answer requests from the website in `Origin`.",
        "A script of a website sent a request to `/mcp`, and the operator has not allowed this website.",
        "Ask the operator to list the website by name in `BRIEFS_CORS_ORIGINS`. If your program is not a "
        "browser, leave out `Origin`.",
        {"instance": "/mcp"},
    )
    ADDRESS_NOT_FOUND = _Row(
        404,
        "Address not found",
        "There is no resource at this address.",
        "The path of the URL is not a path of this API. Paths are case-sensitive and do not end in a slash.",
        "Correct the path. The documentation at `/docs` lists all paths.",
        {"instance": "/v1/article"},
    )
    ARTICLE_NOT_FOUND = _Row(
        404,
        "Article not found",
        "There is no article with this id or slug.",
        "The path is valid, but no article has this id or slug, and none had it before.",
        CHECK_ID,
        {
            "detail": 'There is no article with the slug "a-quiet-harbour".',
            "instance": "/v1/articles/a-quiet-harbour",
        },
    )
    STORY_NOT_FOUND = _Row(
        404,
        "Story not found",
        "There is no story with this id or slug.",
        "The path is valid, but no story has this id or slug, and none had it before.",
        CHECK_ID,
        {
            "detail": 'There is no story with the slug "a-quiet-harbour".',
            "instance": "/v1/stories/a-quiet-harbour",
        },
    )
    ENTITY_NOT_FOUND = _Row(
        404,
        "Entity not found",
        "There is no entity with this id or slug.",
        "The path is valid, but no entity has this id or slug, and none had it before.",
        CHECK_ID,
        {
            "detail": 'There is no entity with the slug "harbour-board".',
            "instance": "/v1/entities/harbour-board",
        },
    )
    TAKEAWAY_NOT_FOUND = _Row(
        404,
        "Takeaway not found",
        "There is no takeaway with this id.",
        "No takeaway has this id. A takeaway gets a new id or disappears if its article is corrected.",
        "Read the takeaways of the article again, and use their ids.",
        {
            "detail": 'There is no takeaway with the id "0c5e1a1d-2f0e-5a55-8d0c-6d1f6f3a1b2c".',
            "instance": "/v1/takeaways/0c5e1a1d-2f0e-5a55-8d0c-6d1f6f3a1b2c",
        },
    )
    RELATED_LINK_NOT_FOUND = _Row(
        404,
        "Related link not found",
        "There is no related link with this id.",
        "No related link has this id. Computed links disappear if other articles are more similar.",
        "Read the related links of the article again, and use their ids.",
        {
            "detail": 'There is no related link with the id "0c5e1a1d-2f0e-5a55-8d0c-6d1f6f3a1b2c".',
            "instance": "/v1/related-links/0c5e1a1d-2f0e-5a55-8d0c-6d1f6f3a1b2c",
        },
    )
    REVISION_NOT_FOUND = _Row(
        404,
        "Revision not found",
        "The article has no such revision.",
        "The article exists, but it has no revision with this number.",
        "Use the numbers that the list of revisions of the article contains.",
        {
            "detail": 'The article "a-quiet-harbour" has no revision 7. Its current revision is 2.',
            "instance": "/v1/articles/a-quiet-harbour/revisions/7",
        },
    )
    METHOD_NOT_ALLOWED = _Row(
        405,
        "Method not allowed",
        "This API is read-only. The `Allow` header lists the methods of this resource.",
        "The method of the request is not among the methods of the resource.",
        "Use one of the methods in the header `Allow`.",
    )
    NOT_ACCEPTABLE = _Row(
        406,
        "Not acceptable",
        "This resource has no representation that the `Accept` header allows.",
        "The header `Accept` excludes the media type of the resource.",
        "Send an `Accept` that contains a media type that `detail` names, or no `Accept`.",
        {
            "detail": "This resource is available as `application/json`, which the `Accept` header does not "
            "allow."
        },
    )
    REQUEST_TIMEOUT = _Row(
        408,
        "Request timeout",
        "The request did not arrive in time.",
        "The client opened a connection, but its request did not arrive completely in time.",
        "Send the request again on a new connection.",
        {"instance": "/"},
    )
    ARTICLE_REMOVED = _Row(
        410,
        "Article removed",
        "This article was removed.",
        "The article existed and was removed. It can return with the same id, if it is loaded again.",
        "Delete the article from your copy.",
        {
            "detail": 'The article "a-quiet-harbour" was removed at 2026-11-23T12:00:00Z.',
            "instance": "/v1/articles/a-quiet-harbour",
        },
    )
    STORY_REMOVED = _Row(
        410,
        "Story removed",
        "The articles of this story were removed.",
        "The id or slug belonged to a story whose articles were all removed, or to a removed article of a "
        "story. A story can return with the same id, if its articles are loaded again.",
        "Delete the story from your copy.",
        {"instance": "/v1/stories/a-quiet-harbour"},
    )
    PRECONDITION_FAILED = _Row(
        412,
        "Precondition failed",
        "The current representation does not match `If-Match`.",
        "The header `If-Match` names an ETag that is not the current ETag of the resource.",
        "Read the resource again without `If-Match`.",
    )
    BODY_TOO_LARGE = _Row(
        413,
        "Body too large",
        f"The body of the request is larger than {MAX_BODY_BYTES} bytes.",
        "The body of a request to `/mcp` is larger than the service allows.",
        "Send shorter arguments to the tool of `/mcp`.",
        {"instance": "/mcp"},
    )
    URI_TOO_LONG = _Row(
        414,
        "URI too long",
        f"The request target is longer than {MAX_TARGET_BYTES} bytes.",
        f"The path and query of the request, or those of a link in the response, exceed {MAX_TARGET_BYTES} "
        "bytes.",
        "Shorten the query, for example by sending fewer values.",
    )
    UNSUPPORTED_MEDIA_TYPE = _Row(
        415,
        "Unsupported media type",
        "The body of the request must be JSON, with the header `Content-Type: application/json`.",
        "The header `Content-Type` of a request to `/mcp` is missing or names a different media type.",
        "Send the header `Content-Type: application/json`.",
        {"instance": "/mcp"},
    )
    EXPECTATION_FAILED = _Row(
        417,
        "Expectation failed",
        "The only expectation supported is `100-continue`.",
        "The header `Expect` has a value that the service does not support.",
        "Send the request without `Expect`.",
        {"instance": "/"},
    )
    INVALID_PARAMETERS = _Row(
        422,
        "Invalid parameters",
        "A parameter is invalid. `errors` says what is wrong and what is allowed.",
        "A query parameter is unknown, is not UTF-8, has a value that is not allowed, is repeated although "
        "it takes one value, requires a missing parameter, or cannot be combined with a different parameter.",
        "Correct each parameter in `errors`. `allowed` lists what is allowed, and `suggestion` is the name "
        "or value that you probably meant. The same request fails again.",
        {
            "errors": [
                {
                    "parameter": "limt",
                    "message": "Unknown parameter.",
                    "allowed": ["cursor", "limit", "sort", "total"],
                    "suggestion": "limit",
                }
            ],
            "instance": "/v1/changes",
        },
    )
    INVALID_CURSOR = _Row(
        422,
        "Invalid cursor",
        "The cursor cannot be used. `errors` says why.",
        "The cursor was altered, belongs to a different query, or was made with a different key. A cursor of "
        "the change feed is also refused if an older backup of the database was restored.",
        "Start again without `cursor`. If you keep a copy of all articles, discard the copy first.",
        {
            "errors": [
                {
                    "parameter": "cursor",
                    "message": "The cursor belongs to a different query. Only `limit` can change between "
                    "pages.",
                    "allowed": None,
                    "suggestion": None,
                }
            ]
        },
    )
    QUOTA_EXCEEDED = _Row(
        429,
        "Quota exceeded",
        "You have sent too many requests. Wait for the number of seconds in `Retry-After`.",
        "You have used up a quota of requests. `violated-policies` names the policy of this quota.",
        f"{WAIT} The headers `RateLimit` and `RateLimit-Policy` say how many requests are allowed.",
        {"violated-policies": ["default"]},
    )
    HEADERS_TOO_LARGE = _Row(
        431,
        "Headers too large",
        "The header fields are too many or too large.",
        "The header fields of the request are too many or too large for the service.",
        "Send fewer or shorter header fields, for example without cookies.",
        {"instance": "/"},
    )
    INTERNAL_ERROR = _Row(
        500,
        "Internal error",
        "The server failed. The operator can find the reason in the log by this `request_id`.",
        "The service has an error that the client did not cause.",
        "Report the `request_id` to the operator. The same request can fail again.",
    )
    UNSUPPORTED_TRANSFER_CODING = _Row(
        501,
        "Unsupported transfer coding",
        "The only transfer coding supported is `chunked`.",
        "The header `Transfer-Encoding` of the request names a coding other than `chunked`.",
        "Send the body with `Content-Length`, or with `Transfer-Encoding: chunked` alone.",
        {"instance": "/"},
    )
    DATABASE_UNAVAILABLE = _Row(
        503,
        "Database unavailable",
        Failure.UNAVAILABLE,
        "The database of the service does not answer or is locked.",
        WAIT,
    )
    DATABASE_UNUSABLE = _Row(
        503,
        "Database unusable",
        "The service cannot use its database. The operator must correct this.",
        "The database can be reached, but the service cannot use it until the operator acts. `detail` says "
        "what is wrong.",
        "Repeat the request later. If the problem lasts, tell the operator.",
        {"detail": Failure.OTHER_SCHEMA},
    )
    DEADLINE_EXCEEDED = _Row(
        503,
        "Deadline exceeded",
        Failure.TOO_SLOW,
        "The response would have taken longer than the service allows for one request.",
        "Ask for less, for example with a lower `limit`, with fewer parts in `include`, or without `total`. "
        f"Otherwise, {WAIT[0].lower()}{WAIT[1:]}",
    )
    TOO_BUSY = _Row(
        503,
        "Too busy",
        "The server handles too many requests. Try again later.",
        "The service handles as many requests as it can, and this request would have waited for too long.",
        f"{WAIT} Send fewer requests at the same time.",
    )
    TOO_MANY_STREAMS = _Row(
        503,
        "Too many streams",
        "The server sends as many streams as it can. Wait for the number of seconds in `Retry-After`.",
        "A stream (`.ndjson` or `.csv`) was requested while the service sends its maximum number of streams.",
        f"{WAIT} Download one stream after the other, or read pages of the collection instead.",
        {"instance": "/v1/articles.ndjson"},
    )


KINDS_BY_SLUG = {kind.slug: kind for kind in ProblemKind}


def kinds_of(status: int) -> list[ProblemKind]:
    """Return the kinds of problems with the HTTP status `status`, the default kind first."""
    return [kind for kind in ProblemKind if kind.status == status]


def default_kind(status: int) -> ProblemKind:
    """Return the first kind with the HTTP status `status`, for an error without a kind of its own.

    If there is none, return INTERNAL_ERROR for 500 and above, otherwise INVALID_REQUEST (RFC 9110, section
    15).
    """
    others = ProblemKind.INTERNAL_ERROR if status >= 500 else ProblemKind.INVALID_REQUEST
    return next(iter(kinds_of(status)), others)
