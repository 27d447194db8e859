"""Counters in memory: fixed windows, several policies, and a bounded number of clients."""

from hypothesis import given
from hypothesis import strategies as st

from api.admission.policies import Policy
from api.admission.request_counters import MemoryCounters, Quota

MINUTE = (Policy("default", 3, 60),)
TWO = (Policy("default-second", 2, 1), Policy("default-minute", 3, 60))


class Clock:
    """A clock that returns `seconds`, the time that the test has set."""

    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_client_can_use_its_quota_in_each_window() -> None:
    clock = Clock()
    counters = MemoryCounters(clock=clock)
    for _ in range(2):
        decisions = [counters.take("a", MINUTE) for _ in range(5)]
        assert [each.is_admitted for each in decisions] == [True, True, True, False, False]
        assert [each.quotas[0].remaining for each in decisions] == [2, 1, 0, 0, 0]
        assert {each.quotas[0].reset_seconds for each in decisions} == {60}
        clock.seconds += 59.5
        assert counters.take("a", MINUTE).quotas == [Quota(0, 1)]
        clock.seconds += 0.5


def test_each_client_has_its_own_quota() -> None:
    counters = MemoryCounters()
    assert all(counters.take("a", MINUTE).is_admitted for _ in range(3))
    assert not counters.take("a", MINUTE).is_admitted
    assert counters.take("b", MINUTE).is_admitted


def test_a_request_that_one_policy_refuses_is_not_counted_by_the_others() -> None:
    clock = Clock()
    counters = MemoryCounters(clock=clock)
    assert [counters.take("a", TWO).is_admitted for _ in range(4)] == [True, True, False, False]
    assert counters.take("a", TWO, 0).quotas == [Quota(0, 1), Quota(1, 60)]
    clock.seconds += 1
    assert [counters.take("a", TWO).is_admitted for _ in range(2)] == [True, False]
    assert counters.take("a", TWO, 0).quotas == [Quota(1, 1), Quota(0, 59)]


def test_reading_the_quota_counts_nothing() -> None:
    counters = MemoryCounters()
    assert {counters.take("a", MINUTE, 0).quotas[0].remaining for _ in range(5)} == {3}


def test_a_changed_limit_applies_at_once() -> None:
    counters = MemoryCounters()
    counters.take("a", MINUTE)
    assert counters.take("a", (Policy("key", 100, 60),)).quotas[0].remaining == 99


def test_the_number_of_clients_is_bounded() -> None:
    counters = MemoryCounters(max_clients=10)
    for number in range(1_000):
        counters.take(str(number), MINUTE)
    assert len(counters._clients) == 10


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 90)), max_size=60))
def test_no_window_admits_more_than_its_quota(steps: list[tuple[str, float]]) -> None:
    clock = Clock()
    counters = MemoryCounters(clock=clock)
    admitted: dict[str, list[float]] = {"a": [], "b": []}
    started = dict.fromkeys("ab", float("-inf"))
    for client, pause in steps:
        clock.seconds += pause
        if clock.seconds >= started[client] + 60:
            started[client], admitted[client] = clock.seconds, []
        decision = counters.take(client, MINUTE)
        assert decision.is_admitted == (len(admitted[client]) < 3)
        admitted[client] += [clock.seconds] * decision.is_admitted
        quota = decision.quotas[0]
        assert quota.remaining == 3 - len(admitted[client])
        left = started[client] + 60 - clock.seconds
        assert left - 0.001 <= quota.reset_seconds < left + 1.001
