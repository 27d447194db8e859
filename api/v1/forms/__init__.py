"""An article in formats other than the JSON of this API: Markdown, JSON-LD and ninjs."""
