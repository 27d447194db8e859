"""Schemas of two formats of feeds: a JSON Schema for JSON Feed 1.1, and a RELAX NG schema for Atom.

The schemas were written from the specifications of the formats.
"""

from typing import Any

from lxml import etree

_TEXT = {"type": "string", "minLength": 1}
_ADDRESS = {"type": "string", "format": "uri-reference"}
_TIME = {"type": "string", "format": "date-time"}
_AUTHORS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {"name": _TEXT, "url": _ADDRESS, "avatar": _ADDRESS},
        "additionalProperties": False,
        "minProperties": 1,
    },
}
_ITEM = {
    "type": "object",
    "required": ["id"],
    "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
    "properties": {
        "id": _TEXT,
        **dict.fromkeys(("url", "external_url", "image", "banner_image"), _ADDRESS),
        **dict.fromkeys(("title", "content_html", "content_text", "summary", "language"), _TEXT),
        **dict.fromkeys(("date_published", "date_modified"), _TIME),
        "authors": _AUTHORS,
        "tags": {"type": "array", "items": _TEXT},
    },
    "additionalProperties": False,
}
JSON_FEED_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        **dict.fromkeys(("title", "description", "user_comment", "language"), _TEXT),
        **dict.fromkeys(("home_page_url", "feed_url", "next_url", "icon", "favicon"), _ADDRESS),
        "authors": _AUTHORS,
        "expired": {"type": "boolean"},
        "items": {"type": "array", "items": _ITEM},
    },
    "additionalProperties": False,
}

# An entry without content must have an alternate link (RFC 4287, 4.1.2); all entries of the service have one.
_ATOM = """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start><element name="feed"><interleave>
    <ref name="head"/>
    <optional><element name="subtitle"><text/></element></optional>
    <oneOrMore><ref name="author"/></oneOrMore>
    <zeroOrMore><ref name="entry"/></zeroOrMore>
  </interleave></element></start>
  <define name="entry"><element name="entry">
    <attribute name="xml:lang"><data type="language"/></attribute>
    <interleave>
      <ref name="head"/>
      <zeroOrMore><ref name="author"/></zeroOrMore>
      <optional><element name="published"><ref name="time"/></element></optional>
      <optional><element name="summary"><text/></element></optional>
      <optional><element name="content">
        <attribute name="type"><value>html</value></attribute><text/>
      </element></optional>
      <zeroOrMore><element name="category">
        <attribute name="term"/><optional><attribute name="label"/></optional>
      </element></zeroOrMore>
    </interleave>
  </element></define>
  <define name="head"><interleave>
    <element name="id"><data type="anyURI"><param name="pattern">[a-z]+:.+</param></data></element>
    <element name="title"><data type="string"><param name="minLength">1</param></data></element>
    <element name="updated"><ref name="time"/></element>
    <oneOrMore><element name="link">
      <attribute name="rel"/>
      <attribute name="type"><data type="string"><param name="pattern">.+/.+</param></data></attribute>
      <attribute name="href"><data type="anyURI"/></attribute><empty/>
    </element></oneOrMore>
  </interleave></define>
  <define name="author"><element name="author">
    <element name="name"><data type="string"><param name="minLength">1</param></data></element>
  </element></define>
  <define name="time"><data type="dateTime">
    <param name="pattern">.+T.+(Z|[+\\-][0-9]{2}:[0-9]{2})</param>
  </data></define>
</grammar>
"""
ATOM_RULES = etree.RelaxNG(etree.fromstring(_ATOM))
ATOM = "{http://www.w3.org/2005/Atom}"


def atom_faults(document: bytes) -> list[str]:
    """Return a message for each fault of an Atom document, or an empty list if the document is valid.

    Check the document against the RELAX NG schema, and check rules that the schema does not contain, such as
    unique ids of entries.
    """
    feed = etree.fromstring(document)
    ATOM_RULES.validate(feed)
    found = [f"line {error.line}: {error.message}" for error in ATOM_RULES.error_log]
    for element in (feed, *feed.iter(f"{ATOM}entry")):
        links = [(link.get("rel"), link.get("type")) for link in element.findall(f"{ATOM}link")]
        if len(set(links)) < len(links):
            found.append(f"two links with one relation and type: {links}")
        if ("alternate", "text/html") not in links:
            found.append("no alternate link")
    identifiers = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    if len(set(identifiers)) < len(identifiers):
        found.append(f"two entries with one id: {identifiers}")
    return found
