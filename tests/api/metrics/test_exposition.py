"""The metrics in the formats of Prometheus, and their values in a single process."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from sqlalchemy.exc import OperationalError

from api import __version__
from api.metrics.corpus import CorpusCollector
from api.metrics.exposition import METRICS, Exposition
from api.metrics.folder import MULTIPROCESS_FOLDER, archive_process
from api.web.request_records import RequestRecord
from tests.support.metrics import parse, requests_in, scrape_with_corpus, value

PATIENCE_SECONDS = 30
# What Prometheus sends.
PROMETHEUS_ACCEPT = (
    "application/openmetrics-text;version=1.0.0;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_format_is_negotiated(client: FlaskClient) -> None:
    for accept in ("", "*/*", "text/plain", "text/plain;version=0.0.4"):
        plain = client.get("/metrics", headers={"Accept": accept})
        assert plain.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert parse(plain.text)
    openmetrics = client.get("/metrics", headers={"Accept": PROMETHEUS_ACCEPT})
    assert openmetrics.mimetype == "application/openmetrics-text"
    assert list(text_string_to_metric_families(openmetrics.text))
    assert client.get("/metrics", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_metrics_are_never_cached_and_take_no_parameters(client: FlaskClient) -> None:
    answer = client.get("/metrics", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert client.get("/metrics").data != client.get("/metrics").data
    assert client.head("/metrics").data == b""
    assert client.get("/metrics?name=x").status_code == 422


@pytest.mark.usefixtures("seeded")
def test_the_metrics_contain_the_state_of_the_database(client: FlaskClient) -> None:
    listing = client.get("/v1/articles?total=true").json
    assert listing
    series = scrape_with_corpus(client)
    assert value(series, "briefs_articles") == listing["meta"]["total"]
    assert value(series, "briefs_corpus_revision") >= 1
    assert value(series, "briefs_database_up") == 1
    changed_at = value(series, "briefs_corpus_last_change_timestamp_seconds")
    assert 0 <= time.time() - changed_at < 3600
    assert 0 <= value(series, "briefs_corpus_age_seconds") < 3600
    assert value(series, "briefs_build_info", version=__version__) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_kind_of_answer_is_counted(client: FlaskClient) -> None:
    for _ in range(3):
        body = client.get("/v1/articles").data
    client.post("/v1/articles")
    client.open("/v1/articles", method="BREW")
    client.open("/v1/articles", method="COFFEE")
    client.get("/nowhere")
    client.get("/v1/articles?limit=0")
    series = parse(client.get("/metrics").text)
    assert requests_in(series) == {
        ("/v1/articles", "GET", "200"): 3,
        ("/v1/articles", "GET", "422"): 1,
        ("none", "POST", "405"): 1,
        ("none", "other", "405"): 2,
        ("none", "GET", "404"): 1,
    }
    assert value(series, "briefs_http_response_bytes_total", route="/v1/articles") > 3 * len(body)
    assert value(series, "briefs_cache_requests_total", result="hit") == 1
    assert value(series, "briefs_cache_responses") == 1
    assert value(series, "briefs_cache_bytes") > len(body)


def record(**values: Any) -> RequestRecord:
    usual: dict[str, Any] = dict.fromkeys(RequestRecord._fields, "")
    usual |= {"method": "GET", "route": "/v1/articles", "status": 200, "body_bytes": 10, "seconds": 0.002}
    return RequestRecord(**usual | values)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_clients_cannot_create_time_series(app: Flask, client: FlaskClient) -> None:
    metrics = app.extensions[METRICS].metrics
    metrics.observe(record(method="A0"))
    before = len(parse(client.get("/metrics").text))
    for number in range(100):
        metrics.observe(record(method=f"A{number}"))
    after = parse(client.get("/metrics").text)
    # The first scrape has counted itself since: its requests, bytes and durations.
    assert len([series for series in after if "/metrics" not in dict(series[1]).values()]) == before
    assert (
        value(after, "briefs_http_requests_total", route="/v1/articles", method="other", status="200") == 101
    )


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_durations_are_counted_in_buckets(app: Flask, client: FlaskClient) -> None:
    for seconds in (0.0002, 0.002, 0.2, 20.0):
        app.extensions[METRICS].metrics.observe(record(seconds=seconds))
    series = parse(client.get("/metrics").text)
    name = "briefs_http_request_duration_seconds"
    for upper, number in (("0.001", 1), ("0.0025", 2), ("0.1", 2), ("0.25", 3), ("10.0", 3), ("+Inf", 4)):
        assert value(series, f"{name}_bucket", route="/v1/articles", le=upper) == number
    assert value(series, f"{name}_sum", route="/v1/articles") == pytest.approx(20.2022)


def test_the_files_of_a_process_that_ends_while_the_database_is_read_are_archived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = 2**22 + 1

    class SlowDatabase(Collector):
        def collect(self) -> list[Metric]:
            archive_process(tmp_path, ended)
            return []

    monkeypatch.setenv(MULTIPROCESS_FOLDER, str(tmp_path))
    MmapedDict(str(tmp_path / f"counter_{ended}.db")).close()
    exposition = Exposition()
    exposition.register([SlowDatabase()])
    exposition.text("")
    assert [path.name for path in tmp_path.glob("*.db")] == ["counter_0.db"]


class BrokenReader:
    """A statement reader whose queries all fail. `query_count` is the number of queries.

    If `hangs` is True, each query waits until the test sets the event `end`, and then fails.
    """

    def __init__(self, hangs: bool) -> None:
        self.query_count = 0
        self.end = threading.Event()
        if not hangs:
            self.end.set()

    def fetch_one(self, *_: object) -> None:
        self.query_count += 1
        self.end.wait(PATIENCE_SECONDS)
        raise OperationalError("SELECT", None, Exception("down"))


@pytest.mark.parametrize("hangs", [False, True])
def test_a_scrape_does_not_wait_for_a_database_that_is_down(hangs: bool) -> None:
    reader = BrokenReader(hangs)
    registry = CollectorRegistry()
    registry.register(CorpusCollector(reader, 0.05))  # type: ignore[arg-type]
    for _ in range(2):
        (family,) = registry.collect()
        assert (family.name, family.samples[0].value) == ("briefs_database_up", 0)
    assert reader.end.is_set() != hangs
    # The second scrape waits for the query of the first while this query hangs.
    assert reader.query_count == (1 if hangs else 2)
    reader.end.set()
