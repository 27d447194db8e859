"""Briefs whose contents could break their HTML page.

One brief contains HTML. Two briefs are very long. One brief has only a title and a body.
"""

from typing import Any

SCRIPT = "<script>alert(1)</script>"
HOSTILE = f'{SCRIPT} "><img src=x onerror=alert(1)> {{{{7*7}}}} &amp;'
ODD_BRIEFS: list[dict[str, Any]] = [
    {
        "key": "hostile",
        "title": f"Title {HOSTILE}",
        "summary": f"Summary {HOSTILE}",
        "takeaways": [f"Takeaway {HOSTILE}"],
        "author": f"Author {HOSTILE}",
        "role": f"Role {HOSTILE}",
        "publication": f"Publication {HOSTILE}",
        "image_caption": f"Caption {HOSTILE}",
        "image_url": "https://pictures.example/quay.jpg",
        "analysis": {"desk": f"Desk {HOSTILE}", "heading": f"Heading {HOSTILE}", "paragraphs": [HOSTILE]},
        "related": [f"Related {HOSTILE}"],
        "language": "ar",
        "body": [f"Body {HOSTILE} of Dunminster.", "x" * 5000],
    },
    {
        "key": "huge",
        "title": "A Brief of Many Paragraphs",
        "summary": "Long. " * 5000,
        "takeaways": [f"Takeaway {number} says that the river rose." for number in range(1, 151)],
        "body": [f"Paragraph {number}. " + "The rain fell on. " * 20 for number in range(1, 401)],
    },
    {
        "key": "long",
        "title": "A Brief of One Paragraph",
        "body": ["The rain fell on. " * 4000],
        "analysis": {"desk": "Desk", "heading": "Heading", "paragraphs": ["It may stop. " * 2500]},
    },
    {"key": "bare", "title": "Bare", "body": ["Nothing else."]},
]
