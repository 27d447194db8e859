"""The forms of an article besides its JSON: Markdown, JSON-LD and ninjs."""
