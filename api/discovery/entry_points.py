"""The addresses where programs begin to use the service, such as the OpenAPI specification."""

from typing import NamedTuple

from api.media_types import ATOM, CSV, HTML, JSON, JSON_FEED, JSON_LD, MARKDOWN, NDJSON, YAML


class EntryPoint(NamedTuple):
    """An address of the service.

    Attributes:
        path: The path. A name in braces is a parameter.
        title: What the resource is, in a few words.
        media_type: The media type of its answers.
        description: One sentence about the resource, for llms.txt.
    """

    path: str
    title: str
    media_type: str
    description: str


COLLECTIONS = (
    EntryPoint(
        "/v1/articles",
        "Articles",
        JSON,
        "Search with `q`; filter by `entity`, `publication`, `language`, `story` and times; "
        "`include=body,takeaways` adds texts.",
    ),
    EntryPoint("/v1/stories", "Stories", JSON, "The articles that report one event, with key points."),
    EntryPoint("/v1/takeaways", "Takeaways", JSON, "Key points, with the paragraphs that support them."),
    EntryPoint(
        "/v1/entities",
        "Entities",
        JSON,
        "People, organizations, places, policies, products and events; `q` is the beginning of a name.",
    ),
    EntryPoint("/v1/trends", "Trends", JSON, "Entities that are mentioned more often than before."),
    EntryPoint("/v1/changes", "Changes", JSON, "Every creation, update and removal, in order; for mirrors."),
)
FORMS = (
    EntryPoint("/v1/articles/{article}.md", "Markdown", MARKDOWN, "An article, by its id or slug."),
    EntryPoint("/v1/articles/{article}", "JSON", JSON, "With entities, evidence and related articles."),
    EntryPoint("/v1/articles/{article}.jsonld", "JSON-LD", JSON_LD, "In the vocabulary of schema.org."),
)
FEEDS = (
    EntryPoint("/v1/feed.json", "JSON Feed", JSON_FEED, "Takes the filters of `/v1/articles`."),
    EntryPoint("/v1/feed.atom", "Atom feed", ATOM, "Takes the filters of `/v1/articles`."),
)
STREAMS = (
    EntryPoint("/v1/articles.ndjson", "NDJSON", NDJSON, "Everything that matches, one article a line."),
    EntryPoint("/v1/articles.csv", "CSV", CSV, "The same as a table."),
)
AGENTS = EntryPoint("/mcp", "Model Context Protocol", JSON, "POST: tools that search and read briefs.")
SPECIFICATIONS = (
    EntryPoint("/openapi.json", "OpenAPI specification", JSON, "Every resource, parameter and error."),
    EntryPoint("/openapi.yaml", "OpenAPI specification in YAML", YAML, "The same document."),
)
DOCUMENTATION = EntryPoint("/docs", "Documentation", HTML, "For people, with a request console.")
STATUS = EntryPoint("/readyz", "Status", JSON, "Says if the service can answer requests.")
CATALOG_PATH, LLMS_PATH = "/.well-known/api-catalog", "/llms.txt"
