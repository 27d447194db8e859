"""Tests that all metrics in the dashboard, the alert rules and the guide to monitoring exist."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from flask.testing import FlaskClient

from tests.support.metrics import scrape_with_corpus
from tests.support.server import ROOT

FOLDER = ROOT / "docs" / "monitoring"
METRIC = re.compile(r"\bbriefs_[a-z_]+")
# Open connections exist only under gunicorn.
ONLY_UNDER_GUNICORN = {"briefs_connections"}


def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads((FOLDER / "grafana-dashboard.json").read_bytes())
    return loaded


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((FOLDER / "prometheus-alerts.yml").read_text())["groups"]
    loaded: list[dict[str, Any]] = group["rules"]
    return loaded


@pytest.fixture
def names(client: FlaskClient) -> set[str]:
    """Return the names of the metrics of a service that has answered a request."""
    assert client.get("/v1/articles").status_code == 200
    client.get("/metrics")
    found = {name for name, _ in scrape_with_corpus(client) if not name.endswith("_created")}
    return found | ONLY_UNDER_GUNICORN


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_dashboard_alerts_and_guide_name_metrics_that_exist(names: set[str]) -> None:
    expressions = [rule["expr"] for rule in rules()]
    expressions += [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    assert len(expressions) > 25
    used = {name for expression in expressions for name in METRIC.findall(expression)}
    assert used <= names
    bare = {re.sub(r"_(bucket|count|sum)$", "", name) for name in names}
    assert set(METRIC.findall((ROOT / "docs" / "monitoring.md").read_text())) == bare


@pytest.mark.parametrize("expression", [rule["expr"] for rule in rules()])
def test_brackets_of_alert_expressions_are_balanced(expression: str) -> None:
    for opening, closing in ("()", "{}", "[]"):
        assert expression.count(opening) == expression.count(closing)


def test_alerts_have_what_prometheus_and_people_need() -> None:
    guide = Path(ROOT / "docs" / "monitoring.md").read_text()
    for rule in rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert set(rule["annotations"]) == {"summary", "description"}
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert f"`{rule['alert']}`" in guide


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24
