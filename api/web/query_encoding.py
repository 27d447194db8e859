"""Find the query parameters of a request that are not in UTF-8."""

from urllib.parse import parse_qsl, unquote_to_bytes

NAME_ERROR = "The name of the parameter is not UTF-8."
VALUE_ERROR = "The value is not UTF-8."


def encoding_errors(query: bytes) -> dict[str, str]:
    """Return the errors of parameters that are not UTF-8, by the name of the parameter.

    An error is NAME_ERROR or VALUE_ERROR. As in `request.args`, bytes of a name that are not UTF-8 stay
    percent-encoded.
    """
    if _is_utf8(unquote_to_bytes(query)):
        return {}
    errors = {}
    # In Latin-1, each byte is one character.
    for pair in parse_qsl(query.decode("latin-1"), keep_blank_values=True, encoding="latin-1"):
        name, value = (text.encode("latin-1") for text in pair)
        if not _is_utf8(name):
            errors[name.decode(errors="werkzeug.url_quote")] = NAME_ERROR
        elif not _is_utf8(value):
            errors[name.decode()] = VALUE_ERROR
    return errors


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
