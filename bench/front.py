"""nginx in front of the service (docs/scaling.md): `python -m bench.front`, with nginx and wrk installed.

How many requests a second the service answers with what it keeps, and nginx with the configuration of
docs/nginx.conf, held against nginx with a file; and how old an answer of nginx is at most.
"""

import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import click
import orjson

from bench.build import SMALL, ensure, flask
from bench.corpus import SEED, write_corpus
from bench.report import heading, table
from bench.stores import ENGINES, Store, open_store
from tests.support.front import NGINX, free_port, fronting
from tests.support.server import Server, serving

COPY = "front"
WRK = ("wrk", "--threads", "2", "--connections", "32", "--latency")
# One address of many clients would be told to wait.
UNLIMITED = {"rate=100r/s": "rate=1000000r/s"}
STATIC = "server {{ listen 127.0.0.1:{port}; root {folder}; access_log {folder}/static.log briefs; }}"
SCRIPT = """
local paths = {{ {paths} }}
local at = math.random(#paths)
request = function() at = at % #paths + 1; return wrk.format("GET", paths[at]) end
"""
PERCENTILES = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s)$", re.MULTILINE)
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
# Between two requests of a client that waits for a correction, and after it.
PAUSE_SECONDS, REST_SECONDS = 0.005, 3


class Load(NamedTuple):
    """What came of asking for some seconds: requests a second, milliseconds."""

    rate: float
    median: float
    high: float


def ask(port: int, paths: Sequence[str], seconds: int, folder: Path) -> Load:
    """Ask for `paths` in turn, over 32 connections."""
    script = folder / "paths.lua"
    script.write_text(SCRIPT.format(paths=", ".join(f'"{path}"' for path in paths)))
    command = [*WRK, "--duration", f"{seconds}s", "--script", str(script), f"http://127.0.0.1:{port}"]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise click.ClickException(text)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    times = {share: float(number) * UNITS[unit] for share, number, unit in PERCENTILES.findall(text)}
    if rate is None:
        raise click.ClickException(text)
    return Load(float(rate[1]), times["50"], times["99"])


def measure_loads(server: Server, rounds: int, seconds: int, folder: Path) -> str:
    """Give a table of the service, nginx in front of it, and a file, one article and all of them."""
    items = orjson.loads(server.get("/v1/articles?limit=100&fields=links").body)
    paths = []
    while True:
        paths += [item["links"]["self"] for item in items["data"]]
        if items["links"]["next"] is None:
            break
        items = orjson.loads(server.get(items["links"]["next"]).body)
    (folder / "article.json").write_bytes(server.get(paths[0]).body)
    port = free_port()
    with fronting([server], folder, UNLIMITED, STATIC.format(port=port, folder=folder)) as front:
        cases = {
            "gunicorn, one article": (server.port, paths[:1]),
            "nginx before it, one article": (front.port, paths[:1]),
            "nginx, a file of the same bytes": (port, ["/article.json"]),
            f"gunicorn, {len(paths):,} articles in turn": (server.port, paths),
            f"nginx before it, {len(paths):,} articles in turn": (front.port, paths),
        }
        taken: dict[str, list[Load]] = {name: [] for name in cases}
        # The first round warms up.
        for _ in range(rounds + 1):
            for name, (at, asked) in cases.items():
                taken[name].append(ask(at, asked, seconds, folder))
    loads = {name: Load(*map(statistics.median, zip(*all_[1:], strict=True))) for name, all_ in taken.items()}
    first = next(iter(loads.values()))
    rows = [
        [name, f"{each.rate:,.0f}", f"{each.rate / first.rate:.1f}", f"{each.median:.1f}", f"{each.high:.1f}"]
        for name, each in loads.items()
    ]
    return table(["asked", "requests a second", "ratio", "median ms", "p99 ms"], rows)


class Asking:
    """A client that asks for one article all the time; `seen` is when each request began and the ETag."""

    def __init__(self, connection: HTTPConnection, path: str, headers: Mapping[str, str]) -> None:
        self._connection, self._path, self._headers = connection, path, headers
        self.seen: list[tuple[float, str]] = []

    def run(self, done: threading.Event) -> None:
        while not done.wait(PAUSE_SECONDS):
            began = time.monotonic()
            self._connection.request("GET", self._path, headers=dict(self._headers))
            response = self._connection.getresponse()
            response.read()
            self.seen.append((began, response.headers["ETag"] or str(response.status)))

    def last_old(self) -> float:
        """Give when the last request began that was answered as the first was."""
        return max(began for began, etag in self.seen if etag == self.seen[0][1])


def measure_ages(server: Server, front: Server, url: str, corrections: int) -> list[float]:
    """Correct an article so many times; gives how many seconds after each it was last seen as it was."""
    path = orjson.loads(server.get("/v1/changes?limit=1").body)["data"][0]["article"]["id"]
    return [
        _measure_age(server, front, url, f"/v1/articles/{path}", SEED + n + 1) for n in range(corrections)
    ]


def _measure_age(server: Server, front: Server, url: str, path: str, seed: int) -> float:
    done = threading.Event()
    with (
        tempfile.TemporaryDirectory(prefix="briefs-corpus-") as folder,
        closing(server.connect()) as direct,
        closing(front.connect()) as through,
    ):
        write_corpus(Path(folder), [1], seed)
        # Such a request is answered as the database is now.
        true = Asking(direct, path, {"Cache-Control": "no-cache"})
        shown = Asking(through, path, {})
        threads = [threading.Thread(target=each.run, args=(done,)) for each in (true, shown)]
        for thread in threads:
            thread.start()
        try:
            flask(url, "seed", "load", folder)
            time.sleep(REST_SECONDS)
        finally:
            done.set()
            for thread in threads:
                thread.join()
    if true.seen[0][1] == true.seen[-1][1]:
        raise click.ClickException(f"{path} was not corrected")
    return shown.last_old() - true.last_old()


@contextmanager
def copied(store: Store, name: str) -> Iterator[str]:
    """Give the URL of a copy of the database, which is removed in the end."""
    store.copy(name, COPY)
    try:
        yield store.url(COPY)
    finally:
        store.drop(COPY)


@click.command()
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
@click.option(
    "--rounds", type=click.IntRange(1), default=3, show_default=True, help="Of which medians are given."
)
@click.option(
    "--seconds", type=click.IntRange(1), default=5, show_default=True, help="For which each is asked."
)
@click.option("--corrections", type=click.IntRange(1), default=20, show_default=True)
def main(engine: str, rounds: int, seconds: int, corrections: int) -> None:
    """Measure and print Markdown; build the small corpus if it is missing."""
    if not (NGINX and shutil.which("wrk")):
        raise click.ClickException("nginx and wrk are needed (on Debian: apt-get install nginx-light wrk)")
    with open_store(engine) as store, tempfile.TemporaryDirectory(prefix="briefs-front-") as folder:
        name = ensure(store, engine, SMALL)
        folders = [Path(folder) / each for each in ("server", "loads", "ages")]
        for each in folders:
            each.mkdir()
        with copied(store, name) as url, serving(url, folders[0]) as server:
            machine = heading(store.version, {SMALL: store.size(name)}, rounds).partition(";")[0]
            click.echo(f"{machine}; medians of {rounds} runs of wrk, {seconds} s, 32 connections")
            click.echo("\n" + measure_loads(server, rounds, seconds, folders[1]))
            with fronting([server], folders[2], UNLIMITED) as front:
                ages = measure_ages(server, front, url, corrections)
    usual, most = statistics.median(ages), max(ages)
    click.echo(f"\nSeconds from a correction to the last request that did not get it, of {corrections}:")
    click.echo(f"{usual:.2f} (median), {most:.2f} (the most)")


if __name__ == "__main__":
    main()
