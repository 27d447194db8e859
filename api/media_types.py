"""Constants with the media types of responses, such as `application/json`."""

JSON, PROBLEM_JSON, YAML = "application/json", "application/problem+json", "application/yaml"
HTML, CSS, SVG, JAVASCRIPT = "text/html", "text/css", "image/svg+xml", "text/javascript"
PLAIN_TEXT, MARKDOWN, CSV = "text/plain", "text/markdown", "text/csv"
JSON_LD, NDJSON = "application/ld+json", "application/x-ndjson"
ATOM, JSON_FEED = "application/atom+xml", "application/feed+json"
