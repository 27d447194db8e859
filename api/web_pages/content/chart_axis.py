"""The horizontal axis of charts, and the labels of dates.

Horizontal positions are percentages of the width, so a chart can have any width. Vertical positions are
pixels, and texts have the same size on all screens.
"""

from datetime import date
from typing import NamedTuple

from api.web_pages.labels import MONTH_NAMES

AXIS_HEIGHT = 26
MONTH_ABBREVIATIONS = tuple(name[:3] for name in MONTH_NAMES)


class Tick(NamedTuple):
    """A label of the horizontal axis.

    Attributes:
        label: The text.
        x: The horizontal position in percent of the width.
        anchor: The value of the SVG attribute `text-anchor`.
    """

    label: str
    x: float
    anchor: str


def day_label(day: date) -> str:
    """Return a date as people write it, such as `5 Oct 2026`."""
    return f"{day.day} {MONTH_ABBREVIATIONS[day.month - 1]} {day.year}"
