"""The limit on lines about failures: at most ten of a kind in a second, and a count of the others."""

import logging
import threading
from collections.abc import Iterator

import pytest

from api.logs import failure_limit
from api.logs.failure_limit import MAX_KINDS, MAX_LINES, FailureLimit
from tests.support.server import PATIENCE_SECONDS


class Recorder(logging.Handler):
    """A log handler that keeps each record that it receives in the list `records`.

    When a record reports a number of suppressed records, the handler sets the event `is_reported`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self.is_reported = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        if hasattr(record, "suppressed"):
            self.is_reported.set()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """Attach a handler with the failure limit to the logger `limited`, and yield the handler.

    The handler also receives the records of the children of this logger.
    """
    handler = Recorder()
    handler.addFilter(FailureLimit())
    logger = logging.getLogger("limited")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


@pytest.fixture
def _long_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the period of the failure limit an hour, so that it does not end during a test."""
    monkeypatch.setattr(failure_limit, "PERIOD_SECONDS", 3_600)


def messages(recorder: Recorder) -> list[str]:
    return [record.getMessage() for record in recorder.records]


def test_repeated_failures_are_limited_and_then_counted(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failure_limit, "PERIOD_SECONDS", 0.3)
    for number in range(500):
        logging.getLogger("limited").error("request %d failed", number, extra={"error": "OperationalError"})
    assert recorder.is_reported.wait(PATIENCE_SECONDS)
    *failures, report = recorder.records
    assert [record.getMessage() for record in failures] == [f"request {n} failed" for n in range(MAX_LINES)]
    assert report.getMessage() == "lines suppressed"
    assert (report.name, report.levelname) == ("limited", "ERROR")
    values = vars(report)
    assert values["suppressed"] == 490
    assert (values["like"], values["error"]) == ("request 10 failed", "OperationalError")
    # In the next period, the limit begins again.
    logging.getLogger("limited").error("request %d failed", 500, extra={"error": "OperationalError"})
    assert messages(recorder)[-1] == "request 500 failed"


@pytest.mark.usefixtures("_long_period")
def test_a_storm_does_not_hide_failures_of_a_different_kind(recorder: Recorder) -> None:
    log = logging.getLogger("limited")
    for _ in range(100):
        log.error("request failed", extra={"error": "OperationalError"})
    log.error("request failed", extra={"error": "ZeroDivisionError"})
    log.error("request refused", extra={"error": "OperationalError"})
    log.warning("request failed", extra={"error": "OperationalError"})
    logging.getLogger("limited.other").error("request failed", extra={"error": "OperationalError"})
    try:
        raise ValueError
    except ValueError:
        log.exception("request failed")
    assert len(recorder.records) == MAX_LINES + 5


def test_information_is_not_limited(recorder: Recorder) -> None:
    for _ in range(100):
        logging.getLogger("limited").info("request")
    assert len(recorder.records) == 100


@pytest.mark.usefixtures("_long_period")
def test_messages_that_are_all_different_are_limited_together(recorder: Recorder) -> None:
    for number in range(1_000):
        logging.getLogger("limited").error(f"failure {number}")
    assert len(recorder.records) == MAX_KINDS + MAX_LINES
