"""Parse a brief in JSON: a whole file, or one line of a file."""

from hashlib import sha256

from seeds.parsing.blocks import decode_utf8
from seeds.parsing.document import Document, Rejection, SourceFile
from seeds.parsing.formats.brief import FIELDS, Paragraph, check_fields, make_document
from seeds.parsing.formats.nodes import Node, json_to_node, shown

JSON_FIELDS = (*FIELDS, "body")


def parse(data: bytes, name: str) -> Document:
    """Parse `data`, the bytes of a JSON file with one brief. `name` is the name of the file.

    Raises:
        Rejection: If `data` is not JSON, or does not follow the JSON Schema of a brief.
    """
    text = decode_utf8(data)
    if not text.strip():
        raise Rejection("the file is empty; expected a JSON object", line=1)
    return _parse(text, data, name, 1)


def parse_line(data: bytes, name: str, line: int) -> Document:
    """Parse `data`, the bytes of line number `line` of the file `name`. The line is a brief.

    Raises:
        Rejection: If `data` is not JSON, does not follow the JSON Schema of a brief, or has neither `url` nor
            `key`.
    """
    try:
        text = decode_utf8(data)
    except Rejection as rejection:
        raise Rejection(rejection.message, line=line) from None
    document = _parse(text, data, name, line)
    if document.metadata.key is None and document.metadata.url is None:
        raise Rejection("a line must have a 'url' or a 'key', which identifies its article", line=line)
    return document


def _parse(text: str, data: bytes, name: str, line: int) -> Document:
    fields = check_fields(json_to_node(text, line - 1), JSON_FIELDS)
    source = SourceFile(name, sha256(data).hexdigest(), len(data))
    body = fields.pop("body", None)
    return make_document(fields, [] if body is None else _read_body(body), source)


def _read_body(body: Node) -> list[Paragraph]:
    if not isinstance(body.value, list):
        raise body.rejection(f"must be a list of texts, not {shown(body)}")
    for node in body.value:
        if not isinstance(node.value, str) or not node.value.strip():
            raise node.rejection(f"must be text with a visible character, not {shown(node)}")
    return [Paragraph(str(node.value), node.span) for node in body.value]
