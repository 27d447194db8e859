"""A timeline has a lane for each publication, and dots that neither overlap nor leave the chart."""

from datetime import UTC, datetime, timedelta

from api.web_pages.content.timeline import MAX_LANES, MIN_DOT_DISTANCE, OTHERS, Point, timeline

START = datetime(2026, 10, 5, 15, 20, tzinfo=UTC)


def _point(number: int, hours: float, publication: str = "Courier") -> Point:
    return Point(number, START + timedelta(hours=hours), publication)


def test_each_publication_has_a_lane_in_the_order_of_its_first_brief() -> None:
    chart = timeline([_point(1, 0), _point(2, 20, "Standard"), _point(3, 100)])

    assert chart
    assert [(lane.label, [dot.number for dot in lane.dots]) for lane in chart.lanes] == [
        ("Courier", [1, 3]),
        ("Standard", [2]),
    ]


def test_dots_lie_between_the_edges_in_proportion_to_time() -> None:
    chart = timeline([_point(1, 0), _point(2, 50), _point(3, 100)])

    assert chart
    assert [dot.x for dot in chart.lanes[0].dots] == [4.0, 50.0, 96.0]
    assert [(tick.label, tick.anchor) for tick in chart.ticks] == [
        ("5 Oct 2026", "start"),
        ("7 Oct 2026", "middle"),
        ("9 Oct 2026", "end"),
    ]


def test_a_timeline_of_hours_shows_the_time_of_day() -> None:
    chart = timeline([_point(1, 0), _point(2, 2)])

    assert chart
    assert [tick.label for tick in chart.ticks] == ["5 Oct, 15:20", "5 Oct, 16:20", "5 Oct, 17:20"]


def test_a_single_brief_is_in_the_middle() -> None:
    chart = timeline([_point(1, 0)])

    assert chart
    assert [dot.x for dot in chart.lanes[0].dots] == [50.0]
    assert [tick.label for tick in chart.ticks] == ["5 Oct 2026"]


def test_dots_at_nearly_the_same_time_are_in_different_rows() -> None:
    chart = timeline([_point(1, 0), _point(2, 0.1), _point(3, 0.2), _point(4, 100)])

    assert chart
    dots = chart.lanes[0].dots
    assert len({dot.y for dot in dots[:3]}) == 3
    assert all(
        abs(one.x - other.x) >= MIN_DOT_DISTANCE
        for one in dots
        for other in dots
        if one.number < other.number and one.y == other.y
    )


def test_the_publications_after_the_first_share_a_lane() -> None:
    chart = timeline([_point(number, number, f"Paper {number}") for number in range(9)])

    assert chart
    assert len(chart.lanes) == MAX_LANES
    assert chart.lanes[-1].label == OTHERS
    assert [dot.number for dot in chart.lanes[-1].dots] == [5, 6, 7, 8]


def test_no_briefs_or_too_many_briefs_at_one_time_give_no_timeline() -> None:
    assert timeline([]) is None
    assert timeline([_point(number, 0) for number in range(20)]) is None
