"""Quota policies: which settings are accepted, and what the policies are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.admission.policies import MAX_POLICIES, MAX_QUOTA, MAX_WINDOW_SECONDS, Policy, parse_policies

SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


@pytest.mark.parametrize(
    ("text", "policies"),
    [
        ("600/minute", [Policy("default", 600, 60)]),
        ("1/second", [Policy("default", 1, 1)]),
        ("10 per 5 seconds", [Policy("default", 10, 5)]),
        (" 600/minute ", [Policy("default", 600, 60)]),
        (
            "10/second;5000/day",
            [Policy("default-second", 10, 1), Policy("default-day", 5000, 86_400)],
        ),
        (
            "50/10 seconds; 600/minute",
            [Policy("default-10-seconds", 50, 10), Policy("default-minute", 600, 60)],
        ),
    ],
)
def test_a_limit_is_read_with_its_window(text: str, policies: list[Policy]) -> None:
    assert list(parse_policies(text)) == policies


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "600",
            "/minute",
            "600/",
            "600/fortnight",
            "-1/minute",
            "1.5/minute",
            "0/minute",
            "1/0 minutes",
        ),
        *("600/minute;", ";600/minute", "600/minute;;10/second", "600/minute 10/second", "١/minute"),
        *("1/2 years", "9" * 16 + "/minute", "1/minute;2/minute", "60/60 seconds;1/minute"),
        ";".join(f"{count}/{count} seconds" for count in range(1, MAX_POLICIES + 2)),
    ],
)
def test_a_malformed_limit_or_a_repeated_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="600/minute"):
        parse_policies(text)


LIMIT = st.tuples(
    st.integers(1, MAX_QUOTA), st.integers(1, 300), st.sampled_from(sorted(SECONDS)), st.booleans()
)


@given(st.lists(LIMIT, min_size=1, max_size=MAX_POLICIES, unique_by=lambda each: each[1] * SECONDS[each[2]]))
def test_every_list_of_different_windows_is_read_as_written(limits: list[tuple[int, int, str, bool]]) -> None:
    text = ";".join(
        f"{quota} per {count} {unit}s" if is_spelled else f"{quota}/{count}{unit}"
        for quota, count, unit, is_spelled in limits
    )
    policies = parse_policies(text, "key")
    assert [policy[1:] for policy in policies] == [
        (quota, count * SECONDS[unit]) for quota, count, unit, _ in limits
    ]
    assert len({policy.name for policy in policies}) == len(limits)
    assert all(policy.name.isascii() and policy.name.startswith("key") for policy in policies)


@given(st.text(max_size=30) | st.from_regex(r"[0-9/;, a-z]{0,30}", fullmatch=True))
def test_any_text_gives_policies_in_range_or_one_error(text: str) -> None:
    try:
        policies = parse_policies(text)
    except ValueError:
        return
    assert 1 <= len(policies) <= MAX_POLICIES
    for policy in policies:
        assert 1 <= policy.quota <= MAX_QUOTA
        assert 1 <= policy.window_seconds <= MAX_WINDOW_SECONDS
