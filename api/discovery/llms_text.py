"""The file llms.txt: what the service offers, in Markdown for language models."""

from collections.abc import Iterable

from api.discovery.entry_points import (
    AGENTS,
    COLLECTIONS,
    DOCUMENTATION,
    FEEDS,
    FORMS,
    SPECIFICATIONS,
    STREAMS,
    EntryPoint,
)
from api.resources.openapi import TITLE
from api.urls import url

INTRODUCTION = """\
> News briefs with key takeaways, the entities that they mention, related articles and stories.

The API is read-only. Collections answer `{data, links, meta}`; follow `links.next` until it is null. \
In `/v1/changes`, `links.next` is never null; a page without changes is the end for now. \
Unknown parameters are errors that name the likely parameter. To cite a brief, use the address of the \
article and the number of the paragraph."""


def llms_text() -> str:
    """Return the content of llms.txt."""
    sections = (
        ("Search", COLLECTIONS),
        ("Read an article", FORMS),
        ("Feeds", FEEDS),
        ("Everything at once", STREAMS),
        ("Tools for agents", (AGENTS,)),
        ("Documentation", (DOCUMENTATION, SPECIFICATIONS[0])),
    )
    parts = [f"# {TITLE}", INTRODUCTION, *(_section(title, each) for title, each in sections)]
    return "\n\n".join(parts) + "\n"


def _section(title: str, entry_points: Iterable[EntryPoint]) -> str:
    lines = "\n".join(f"- [{each.title}]({url(each.path)}): {each.description}" for each in entry_points)
    return f"## {title}\n\n{lines}"
