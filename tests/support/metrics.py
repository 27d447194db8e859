"""Scrape the metrics of a server, and read them with the parser of prometheus-client."""

import time
from collections.abc import Iterator

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from tests.support.server import PATIENCE_SECONDS, Server

# The name and the labels of a time series.
Series = tuple[str, frozenset[tuple[str, str]]]
# A request as the metrics count it: route, method and status.
Request = tuple[str, str, str]


def parse(text: str) -> dict[Series, float]:
    """Return the value of each time series in `text`, the body of a scrape."""
    families = text_string_to_metric_families(text)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def scrape(server: Server) -> dict[Series, float]:
    """Return the value of each time series that `server` returns."""
    answer = server.get("/metrics")
    assert answer.status == 200
    return parse(answer.body.decode())


def scrape_with_corpus(client: FlaskClient) -> dict[Series, float]:
    """Return the value of each time series, including the metrics that are read from the database.

    Repeat the scrape until these metrics are there: on a busy machine, the database can answer too late for a
    scrape.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        series = parse(client.get("/metrics").text)
        if value(series, "briefs_database_up"):
            return series
        assert time.monotonic() < deadline, "the database did not answer a scrape"


def value(series: dict[Series, float], name: str, **labels: str) -> float:
    """Return the value of the time series with exactly these labels."""
    return series[name, frozenset(labels.items())]


def requests_in(series: dict[Series, float]) -> dict[Request, float]:
    """Return the number of requests by route, method and status, without requests for `/metrics`."""
    return dict(_requests(series))


def _requests(series: dict[Series, float]) -> Iterator[tuple[Request, float]]:
    for (name, labels), number in series.items():
        by_name = dict(labels)
        if name == "briefs_http_requests_total" and by_name["route"] != "/metrics":
            yield (by_name["route"], by_name["method"], by_name["status"]), number
