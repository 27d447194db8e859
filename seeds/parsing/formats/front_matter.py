"""Parse a brief in Markdown with front matter: fields in YAML, between two lines `---` at the beginning."""

from dataclasses import replace
from hashlib import sha256

from frontmatter.default_handlers import YAMLHandler

from seeds.parsing.blocks import decode_utf8
from seeds.parsing.document import Document, ParseWarning, Rejection, SourceFile
from seeds.parsing.formats.brief import FIELDS, check_fields, make_document
from seeds.parsing.formats.markdown_text import MarkdownText, read_markdown
from seeds.parsing.formats.nodes import Node, yaml_to_node
from seeds.parsing.formats.yaml_nodes import YamlError, compose_yaml

EXPECTED = "expected a line `---`, lines `key: value` and a line `---`"


def parse(data: bytes, name: str) -> Document:
    """Parse `data`, the bytes of a Markdown file with front matter. `name` is the name of the file.

    Without a title in the front matter, a heading of level 1 at the beginning is the title.

    Raises:
        Rejection: If the front matter or the text is missing or invalid.
    """
    text = decode_utf8(data).replace("\r\n", "\n")
    fields, content, offset = _split(text)
    markdown = read_markdown(content, offset)
    title = markdown.title
    if title and "title" not in fields:
        fields["title"] = Node(title.text, title.span, "$.title")
    is_repeated = title is not None and title.text == _plain(fields["title"])
    body = markdown.paragraphs[1:] if is_repeated else markdown.paragraphs
    source = SourceFile(name, sha256(data).hexdigest(), len(data))
    return _with_warnings(make_document(fields, body, source), markdown)


def _split(text: str) -> tuple[dict[str, Node], str, int]:
    """Split `text`, a Markdown file, into its front matter and its Markdown.

    Return the fields of the front matter, the Markdown, and the number of lines above the Markdown.

    Raises:
        Rejection: If the file is empty, or its front matter is missing or invalid.
    """
    handler = YAMLHandler()
    start = len(text) - len(text.lstrip("\n"))
    if not text.strip():
        raise Rejection(f"the file is empty; {EXPECTED}, and a text below", line=1)
    if not handler.detect(text[start:]):
        raise Rejection(f"the file has no front matter; {EXPECTED} at its beginning", line=start + 1)
    try:
        matter, content = handler.split(text[start:])
    except ValueError:
        raise Rejection(f"the front matter has no end; {EXPECTED}", line=start + 1) from None
    above = text.index(matter, start + 3) if matter else start
    offset = text.count("\n", 0, above)
    return _read_fields(matter, offset), content, text.count("\n", 0, len(text) - len(content))


def _read_fields(matter: str, offset: int) -> dict[str, Node]:
    try:
        root = compose_yaml(matter)
    except YamlError as error:
        raise Rejection(error.message, line=error.line + offset) from None
    return check_fields(yaml_to_node(root, offset), FIELDS) if root else {}


def _plain(title: Node) -> str:
    return " ".join(title.value.split()) if isinstance(title.value, str) else ""


def _with_warnings(document: Document, markdown: MarkdownText) -> Document:
    extra = (ParseWarning("body", line, message) for line, message in markdown.left_out)
    warnings = sorted((*document.warnings, *extra), key=lambda warning: warning.line)
    return replace(document, warnings=tuple(warnings))
