"""The horizontal axis of the charts, and the labels of dates on it.

Horizontal places are percentages of the width, and vertical places are pixels. A chart therefore fills its
column, and its texts have the same size on all screens.
"""

from datetime import date
from typing import NamedTuple

from api.pages.labels import MONTH_NAMES

AXIS_HEIGHT = 26
MONTH_ABBREVIATIONS = tuple(name[:3] for name in MONTH_NAMES)


class Tick(NamedTuple):
    """A label of the horizontal axis.

    Attributes:
        label: The text.
        x: The horizontal place in percent of the width.
        anchor: The value of the SVG attribute `text-anchor`.
    """

    label: str
    x: float
    anchor: str


def day_label(day: date) -> str:
    """Return a date as people write it, such as `5 Oct 2026`."""
    return f"{day.day} {MONTH_ABBREVIATIONS[day.month - 1]} {day.year}"
