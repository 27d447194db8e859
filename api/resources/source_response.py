"""Serve the bytes of a document."""

from flask import Response


def source_response(content: bytes) -> Response:
    """Return a response with the unchanged bytes of a document as plain text, whatever its format.

    The charset is named only if it is UTF-8. A saved web page can have a different one.
    """
    try:
        content.decode()
    except UnicodeDecodeError:
        return Response(content, content_type="text/plain")
    return Response(content, mimetype="text/plain")
