"""WSGI middleware that checks the API key of each request and limits the requests of each client."""

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv6Address, ip_network
from typing import Any, NamedTuple
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from api.admission.api_keys import KEY_PARAMETERS, requested_key
from api.admission.key_lookup import KeyLookup, KeyOwner, KeysUnavailableError
from api.admission.policies import Policy
from api.admission.request_counters import Decision, Policies, Quota, RequestCounters
from api.config import Settings
from api.problem_kinds import ProblemKind
from api.problems import RETRY_SECONDS
from api.urls import ALWAYS_ADMITTED_PATHS
from api.web.byte_cache import ByteCache
from api.web.client_address import CLIENT_ADDRESS, parse_address
from api.web.headers import Headers
from api.web.problem_responses import ErrorResponse, send_error

# With BRIEFS_REQUIRE_KEY, paths need a key if their first segment is in this set.
PROTECTED_SEGMENTS = frozenset({"v1", "browse", "mcp"})
# The network of an IPv6 client. Providers assign a /64 to each customer, whose devices choose the rest.
IPV6_PREFIX_BITS = 64
REALM = 'Bearer realm="Briefs API"'
INVALID_KEY = f'{REALM}, error="invalid_token", error_description="The API key is not valid"'

KEY_IN_QUERY = (
    "This resource requires a valid API key. Send the key in a header, as `Authorization: Bearer …` or "
    "`X-API-Key`, not in the address."
)

# The outcomes of a decision, for the metrics: the request was admitted and counted, or admitted without being
# counted because the response is a cached 304 (UNCOUNTED) or the counters failed (COUNTERS_UNAVAILABLE). The
# other outcomes are refusals.
ADMITTED, UNCOUNTED, COUNTERS_UNAVAILABLE = "admitted", "uncounted", "counters-unavailable"
QUOTA_WAS_EXCEEDED, UNAUTHORIZED, KEYS_UNAVAILABLE = "quota-exceeded", "unauthorized", "keys-unavailable"
OUTCOMES = (
    ADMITTED,
    UNCOUNTED,
    QUOTA_WAS_EXCEEDED,
    UNAUTHORIZED,
    KEYS_UNAVAILABLE,
    COUNTERS_UNAVAILABLE,
)


class _Refusal(NamedTuple):
    """A request that is not admitted.

    Attributes:
        outcome: The outcome to count in the metrics, one of OUTCOMES.
        response: The error response to send.
    """

    outcome: str
    response: ErrorResponse


class Admission:
    """WSGI middleware that refuses requests without a valid key, and requests over the limit of their client.

    A client is identified by its API key or, without a valid key, by its address.

    Args:
        counters: Counts the requests of clients.
        cache: The byte cache inside this middleware, or None. A 304 from the cache is not counted.

    Attributes:
        outcomes: The number of requests by outcome (OUTCOMES). Admitted requests of unlimited clients are
            left out.
    """

    def __init__(
        self,
        application: WSGIApplication,
        settings: Settings,
        counters: RequestCounters,
        keys: KeyLookup,
        cache: ByteCache | None,
    ) -> None:
        self.application = application
        self._settings, self._counters, self._keys = settings, counters, keys
        self._default_policies: Policies = settings.rate_limit
        self._cache = cache
        self.outcomes = dict.fromkeys(OUTCOMES, 0)
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Call the application if the request is admitted, otherwise respond with 401, 429 or 503.

        Add the headers `RateLimit-Policy` and `RateLimit` to the response if the client has a limit.
        """
        if environ["PATH_INFO"] in ALWAYS_ADMITTED_PATHS:
            return self.application(environ, start_response)
        key = requested_key(environ)
        if key is None and not self._requires_key(environ):
            policies = self._default_policies
            name = address_client(environ[CLIENT_ADDRESS]) if policies else ""
        else:
            owner = self._authenticate(environ, key)
            if isinstance(owner, _Refusal):
                return self._refuse(environ, start_response, owner)
            name, policies = f"key:{owner.key_id}", owner.policies or self._default_policies
        if not policies:
            return self.application(environ, start_response)
        is_free = self._cache is not None and self._cache.is_not_modified(environ)
        decision = self._counters.take(name, policies, 0 if is_free else 1)
        if decision is None:
            self._count(COUNTERS_UNAVAILABLE)
            return self.application(environ, start_response)
        if not decision.is_admitted:
            return self._refuse(environ, start_response, self._excess(policies, decision))
        self._count(UNCOUNTED if is_free else ADMITTED)
        fields = quota_headers(policies, decision.quotas)

        def start(status: str, headers: Headers, *error: Any) -> Callable[[bytes], object]:
            return start_response(status, [*headers, *fields], *error)

        return self.application(environ, start)

    def _count(self, outcome: str) -> None:
        with self._lock:
            self.outcomes[outcome] += 1

    def _requires_key(self, environ: WSGIEnvironment) -> bool:
        # Browsers send preflight requests (OPTIONS) without a key.
        return (
            self._settings.require_key
            and environ["REQUEST_METHOD"] != "OPTIONS"
            and is_protected(environ["PATH_INFO"])
        )

    def _authenticate(self, environ: WSGIEnvironment, key: str | None) -> KeyOwner | _Refusal:
        """Return the owner of the API key `key`, or a refusal if the key is missing or not valid.

        A request without a valid key counts against the limit of the client's IP address. If this limit is
        used up, the refusal says so.
        """
        address, policies = address_client(environ[CLIENT_ADDRESS]), self._default_policies

        def has_quota() -> bool:
            decision = self._counters.take(address, policies, 0) if policies else None
            return decision is None or all(quota.remaining for quota in decision.quotas)

        if key is not None:
            try:
                # An address that has used up its quota cannot make the service query the database for keys.
                owner = self._keys.find(key, may_query=has_quota)
            except KeysUnavailableError:
                retry = [("Retry-After", str(RETRY_SECONDS))]
                return _Refusal(KEYS_UNAVAILABLE, ErrorResponse(ProblemKind.DATABASE_UNAVAILABLE, retry))
            if owner:
                return owner
        # Requests without a valid key count against the address.
        decision = self._counters.take(address, policies) if policies else None
        if decision and not decision.is_admitted:
            return self._excess(policies, decision)
        fields = quota_headers(policies, decision.quotas) if decision else []
        challenge = [("WWW-Authenticate", REALM if key is None else INVALID_KEY)]
        kind = ProblemKind.KEY_REQUIRED if key is None else ProblemKind.KEY_INVALID
        detail = KEY_IN_QUERY if key is None and has_key_in_query(environ["QUERY_STRING"]) else None
        return _Refusal(UNAUTHORIZED, ErrorResponse(kind, challenge + fields, detail))

    def _excess(self, policies: Policies, decision: Decision) -> _Refusal:
        """Return the response (429) to a request over the limit of its client.

        The response names the policies that are used up, and says when the client can try again.

        Args:
            decision: The remaining quota under each policy.
        """
        pairs = list(zip(policies, decision.quotas, strict=True))
        violated = [(policy.name, quota.reset_seconds) for policy, quota in pairs if not quota.remaining]
        seconds = max((seconds for _, seconds in violated), default=1)
        response = ErrorResponse(
            ProblemKind.QUOTA_EXCEEDED,
            [("Retry-After", str(seconds)), *quota_headers(policies, decision.quotas)],
            f"You have used up your quota of requests. Try again in {seconds} seconds.",
            {"violated-policies": [name for name, _ in violated]},
        )
        return _Refusal(QUOTA_WAS_EXCEEDED, response)

    def _refuse(
        self, environ: WSGIEnvironment, start_response: StartResponse, refusal: _Refusal
    ) -> Iterable[bytes]:
        self._count(refusal.outcome)
        return send_error(environ, start_response, self._settings, refusal.response)


def has_key_in_query(query: str) -> bool:
    """Return True if a parameter of the query string `query` has a name in KEY_PARAMETERS, such as `key`."""
    return any(name.casefold() in KEY_PARAMETERS for name, _ in parse_qsl(query, keep_blank_values=True))


def is_protected(path: str) -> bool:
    """Return True if the resource at `path` needs an API key when BRIEFS_REQUIRE_KEY is set."""
    return path.lstrip("/").partition("/")[0] in PROTECTED_SEGMENTS


@lru_cache(maxsize=10_000)
def address_client(address: str) -> str:
    """Return the name under which the requests from the IP address `address` are counted.

    IPv6 addresses of the same /64 network share a name. All requests with an unknown address share a name
    too.
    """
    parsed = parse_address(address)
    if isinstance(parsed, IPv6Address):
        return f"address:{ip_network((parsed, IPV6_PREFIX_BITS), strict=False)}"
    return f"address:{parsed or 'unknown'}"


def quota_headers(policies: Policies, quotas: Sequence[Quota]) -> Headers:
    """Return the response headers `RateLimit-Policy` and `RateLimit`.

    The headers tell the client its policies and quotas (draft-ietf-httpapi-ratelimit-headers-11).

    Args:
        policies: The policies of the client.
        quotas: The remaining quota of the client under each policy, in the order of `policies`.
    """
    items = [_quota_item(policy, quota) for policy, quota in zip(policies, quotas, strict=True)]
    return [_policy_header(policies), ("RateLimit", ", ".join(items))]


@lru_cache(maxsize=1_000)
def _policy_header(policies: Policies) -> tuple[str, str]:
    items = [f'"{policy.name}";q={policy.quota};w={policy.window_seconds}' for policy in policies]
    return "RateLimit-Policy", ", ".join(items)


def _quota_item(policy: Policy, quota: Quota) -> str:
    return f'"{policy.name}";r={quota.remaining};t={quota.reset_seconds}'
