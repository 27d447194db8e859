"""Read the headers `Accept` and `Accept-Encoding` of requests."""

import re
from functools import lru_cache

from werkzeug.datastructures import Accept, MIMEAccept
from werkzeug.http import parse_accept_header

from api.media_types import HTML, JSON, PROBLEM_JSON

# A member of a list in a header. A comma within quotation marks does not end the member.
LIST_MEMBER = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
NAME = r"[\w!#$%&'*+.^`|~-]+"
MEDIA_RANGE = re.compile(rf"\s*(\*/\*|{NAME}/{NAME})\s*(?:;|$)", re.ASCII)
WEIGHT = re.compile(r";\s*q\s*=\s*([^;\s]*)", re.IGNORECASE)
# Java sends `.2`, which RFC 9110 (12.4.2) does not allow.
VALID_WEIGHT = re.compile(r"0?\.\d+|0\.?|1(?:\.0*)?", re.ASCII)


@lru_cache(maxsize=100)
def accepts(accept_header: str, mimetype: str) -> bool:
    """Return True if `accept_header`, the value of the header `Accept`, allows `mimetype`.

    Only media ranges and their weights (`q`) count. If the header has no valid part, every type is allowed.
    """
    accept = _accepted_types(accept_header)
    return not accept or accept.quality(mimetype) > 0


@lru_cache(maxsize=100)
def prefers_html(accept_header: str) -> bool:
    """Return True if `accept_header`, the value of the header `Accept`, prefers HTML to JSON.

    Browsers send such a header. `*/*`, which curl and most libraries send, prefers neither.
    """
    accept = _accepted_types(accept_header)
    json = max(accept.quality(JSON), accept.quality(PROBLEM_JSON))
    return accept.quality(HTML) > json


def _accepted_types(accept_header: str) -> MIMEAccept:
    ranges = [_media_range(part) for part in LIST_MEMBER.findall(accept_header)]
    return parse_accept_header(", ".join(each for each in ranges if each), MIMEAccept)


def _media_range(member: str) -> str | None:
    """Return the media range and the weight in one member of the header `Accept`, such as `text/*;q=0.5`.

    Other parameters are left out. Return None if `member` is invalid.
    """
    media_range = MEDIA_RANGE.match(member)
    weights = WEIGHT.findall(member)
    if not media_range or not all(VALID_WEIGHT.fullmatch(weight) for weight in weights):
        return None
    return f"{media_range[1]};q={float(weights[0]):.3f}" if weights else media_range[1]


@lru_cache(maxsize=100)
def wants_gzip(accept_encoding: str) -> bool:
    """Return True if this value of `Accept-Encoding` allows gzip and does not prefer uncompressed bodies."""
    codings = parse_accept_header(accept_encoding, Accept)
    return codings.quality("gzip") > 0 and codings.quality("gzip") >= codings.quality("identity")
