"""The versions of the Model Context Protocol, and the headers that each version requires."""

import base64
import binascii

from werkzeug.datastructures import Headers

from api.mcp_server.messages import ErrorCode, Message, ProtocolError

# The version without sessions. Each request states the version and the capabilities of the client.
STATELESS_VERSION = "2026-07-28"
# The versions whose clients send `initialize` first, the newest version first.
INITIALIZED_VERSIONS = ("2025-11-25", "2025-06-18")
SUPPORTED_VERSIONS = (STATELESS_VERSION, *INITIALIZED_VERSIONS)

INITIALIZE = "initialize"
VERSION_HEADER, METHOD_HEADER, NAME_HEADER = "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"
META_PREFIX = "io.modelcontextprotocol/"
VERSION_KEY, CAPABILITIES_KEY = f"{META_PREFIX}protocolVersion", f"{META_PREFIX}clientCapabilities"
# By method, the parameter whose value the header `Mcp-Name` repeats.
NAME_PARAMETERS = {"tools/call": "name", "resources/read": "uri", "prompts/get": "name"}
# The value of a header with characters other than ASCII is sent as Base64 between these two texts.
BASE64_START, BASE64_END = "=?base64?", "?="


def version_of(message: Message, headers: Headers) -> str:
    """Return the version of the protocol that `message` uses, and check its metadata and headers.

    Args:
        message: A request or a notification.
        headers: The HTTP headers of the request.

    Raises:
        ProtocolError: The version is not supported, or the headers or the metadata do not fit the message.
    """
    version = headers.get(VERSION_HEADER)
    if version == STATELESS_VERSION or VERSION_KEY in message.meta:
        if message.id is not None:
            _check_metadata(message)
            _check_headers(message, headers)
        version = str(message.meta.get(VERSION_KEY, version))
    elif version is None and (message.method == INITIALIZE or message.id is None):
        return INITIALIZED_VERSIONS[0]
    elif version is None:
        raise ProtocolError(ErrorCode.HEADER_MISMATCH, f"The header {VERSION_HEADER} is missing.")
    if version not in SUPPORTED_VERSIONS:
        data = {"supported": list(SUPPORTED_VERSIONS), "requested": version}
        text = f"The protocol version is not supported. Use one of: {', '.join(SUPPORTED_VERSIONS)}."
        raise ProtocolError(ErrorCode.UNSUPPORTED_PROTOCOL_VERSION, text, data)
    return version


def negotiated_version(requested: object) -> str:
    """Return the protocol version to use with a client that sends `initialize`.

    This is `requested`, the version that the client requests, if it is in INITIALIZED_VERSIONS. Otherwise, it
    is the newest of INITIALIZED_VERSIONS.
    """
    return (
        requested
        if isinstance(requested, str) and requested in INITIALIZED_VERSIONS
        else INITIALIZED_VERSIONS[0]
    )


def _check_metadata(message: Message) -> None:
    """Check that `_meta` of a message has the version of the protocol and the capabilities of the client.

    Raises:
        ProtocolError: One of the two is missing or has a wrong type.
    """
    for key, kind, name in ((VERSION_KEY, str, "a text"), (CAPABILITIES_KEY, dict, "an object")):
        if not isinstance(message.meta.get(key), kind):
            text = f"`params._meta` must contain `{key}`, which must be {name}."
            raise ProtocolError(ErrorCode.INVALID_PARAMS, text)


def _check_headers(message: Message, headers: Headers) -> None:
    """Check that the HTTP headers repeat the version, the method and the name in the message.

    The name is a parameter that only some methods have, such as the name of the tool to call.

    Raises:
        ProtocolError: A header is missing, or differs from the message.
    """
    expected = {VERSION_HEADER: message.meta[VERSION_KEY], METHOD_HEADER: message.method}
    name = message.params.get(NAME_PARAMETERS.get(message.method, ""))
    if name is not None:
        expected[NAME_HEADER] = name
    for header, value in expected.items():
        given = headers.get(header)
        if given is None:
            raise ProtocolError(ErrorCode.HEADER_MISMATCH, f"The header {header} is missing.")
        if (_decoded(given) if header == NAME_HEADER else given) != value:
            text = f"The header {header} must have the same value as the body."
            raise ProtocolError(ErrorCode.HEADER_MISMATCH, text)


def _decoded(value: str) -> str | None:
    """Return the decoded text if the header value `value` has the form `=?base64?…?=`.

    Any other value is returned unchanged. Return None if the Base64 or the UTF-8 in it is invalid.
    """
    if not (value.startswith(BASE64_START) and value.endswith(BASE64_END)):
        return value
    encoded = value[len(BASE64_START) : -len(BASE64_END)]
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
