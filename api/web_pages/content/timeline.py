"""The layout of a timeline of briefs. A template draws it as SVG."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from api.web_pages.content.chart_axis import AXIS_HEIGHT, MONTH_ABBREVIATIONS, Tick, day_label

# The dots are drawn in this range of the width, in percent, so that the edges do not cut off a dot.
FIRST_PLACE, LAST_PLACE = 4.0, 96.0
# In percent of the width. On a screen of 390 pixels, dots at a smaller distance would overlap.
MIN_DOT_DISTANCE = 7.5
MAX_LANES, MAX_LANE_ROWS = 6, 6
LANE_LABEL_HEIGHT, ROW_HEIGHT, LANE_GAP = 24, 28, 10
OTHERS = "Other publications"


class Point(NamedTuple):
    """A brief to show on a timeline: its number in the list of briefs, its time and its publication."""

    number: int
    time: datetime
    publication: str


class Dot(NamedTuple):
    """The dot of a brief on a timeline.

    Attributes:
        number: The number of the brief in the list of briefs.
        x: The horizontal position in percent of the width.
        y: The vertical position in pixels.
    """

    number: int
    x: float
    y: int


class Lane(NamedTuple):
    """The part of a timeline with the dots of one publication.

    Attributes:
        label: The name of the publication, or OTHERS.
        label_y: The vertical position of the label in pixels.
        line_y: The vertical position in pixels of the line through the first row of dots.
    """

    label: str
    label_y: int
    line_y: int
    dots: Sequence[Dot]


class Timeline(NamedTuple):
    """The layout of a timeline.

    Attributes:
        lanes: The lanes, one for each publication.
        ticks: The labels of the horizontal axis.
        height: The height in pixels.
    """

    lanes: Sequence[Lane]
    ticks: Sequence[Tick]
    height: int


def timeline(points: Sequence[Point]) -> Timeline | None:
    """Return the layout of a timeline, or None if it cannot be drawn.

    A point is a brief, shown as a dot in the lane of its publication. There are at most MAX_LANES lanes.

    A timeline cannot be drawn if `points` is empty, or if a lane needs more than MAX_LANE_ROWS rows.
    """
    if not points:
        return None
    times = [point.time for point in points]
    first, span = min(times), max(times) - min(times)
    lanes: list[Lane] = []
    top = 0
    for label, members in _lanes_of(points).items():
        dots, rows = _dots(members, first, span, top + LANE_LABEL_HEIGHT + ROW_HEIGHT // 2)
        if rows > MAX_LANE_ROWS:
            return None
        lanes.append(Lane(label, top + 14, top + LANE_LABEL_HEIGHT + ROW_HEIGHT // 2, dots))
        top += LANE_LABEL_HEIGHT + rows * ROW_HEIGHT + LANE_GAP
    return Timeline(lanes, _time_ticks(first, span), top + AXIS_HEIGHT)


def _lanes_of(points: Sequence[Point]) -> dict[str, list[Point]]:
    """Divide the briefs of a timeline into lanes, and return the briefs of each lane by its label.

    A lane has one publication, and its briefs are in order of time. Publications beyond MAX_LANES share the
    last lane, OTHERS.
    """
    lanes: dict[str, list[Point]] = {}
    in_order = sorted(points, key=lambda point: (point.time, point.number))
    names = list(dict.fromkeys(point.publication for point in in_order))
    shown = set(names if len(names) <= MAX_LANES else names[: MAX_LANES - 1])
    for point in in_order:
        lanes.setdefault(point.publication if point.publication in shown else OTHERS, []).append(point)
    return lanes


def _dots(points: Sequence[Point], first: datetime, span: timedelta, y: int) -> tuple[list[Dot], int]:
    """Return the dots of a lane of the timeline, and the number of rows that the dots need.

    Each brief has a dot, in the first row where it overlaps no earlier dot.

    Args:
        points: The briefs of the lane, in order of time.
        first: The beginning of the timeline.
        span: The length of the whole timeline.
        y: The vertical position of the first row in pixels.
    """
    row_ends: list[float] = []
    dots = []
    for point in points:
        x = _place((point.time - first) / span) if span else 50.0
        row = next((row for row, end in enumerate(row_ends) if end <= x), len(row_ends))
        row_ends[row : row + 1] = [x + MIN_DOT_DISTANCE]
        dots.append(Dot(point.number, x, y + row * ROW_HEIGHT))
    return dots, len(row_ends)


def _place(share: float) -> float:
    return round(FIRST_PLACE + (LAST_PLACE - FIRST_PLACE) * share, 2)


def _time_ticks(first: datetime, span: timedelta) -> list[Tick]:
    """Return labels with the time at the beginning, the middle and the end of a timeline.

    If the timeline has no length, return a single label.

    Args:
        first: The time at the beginning.
        span: The length of the timeline.
    """
    if not span:
        return [Tick(day_label(first), 50.0, "middle")]
    has_clock = span < timedelta(days=3)
    ticks = []
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        time = first + span * share
        label = (
            f"{time.day} {MONTH_ABBREVIATIONS[time.month - 1]}, {time:%H:%M}"
            if has_clock
            else day_label(time)
        )
        ticks.append(Tick(label, _place(share), anchor))
    return ticks
