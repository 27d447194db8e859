"""Measure how well the stories of the service fit annotated events: `python -m bench.stories FOLDER`.

FOLDER/documents contains the pages. FOLDER/gold/related.json maps the file name of each page to the other
pages about its event. A file name begins with the topic of the page and `_`. Events of one topic resemble
each other.

The measure is BCubed F1 (Bagga and Baldwin, "Entity-based cross-document coreferencing", 1998): the harmonic
mean of precision and recall.

For one page, precision is the share of the pages in its story that report the same event. Recall is the share
of the pages about its event that are in its story. Precision and recall are means over all pages.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import click
import orjson
from flask import Flask
from sqlalchemy import select

from api.app import close_app, create_app
from api.database.base import db
from api.models import Article, ArticleDocument
from bench.corpus.build import run_flask
from bench.markdown import markdown_table
from seeds.command_setup import prepare_pool
from seeds.parsing.folders import FoundFiles
from seeds.preparing.preparation import Preparation
from seeds.report import Report
from seeds.run import Run
from seeds.stories.clustering import MIN_LINKAGE, StoryArticle, find_stories
from seeds.stories.regrouping import LinkGraph
from seeds.storing.transactions import transactions

MAX_DOCUMENT_BYTES = 1 << 21
# The thresholds from which cross-validation chooses.
THRESHOLDS = [each / 100 for each in range(30, 72, 2)]
Groups = Mapping[str, object]
"""The group of each page, which is an event or a story, by file name."""


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--orders", default=3, show_default=True, help="The number of random orders of loading.")
@click.option("--share", default=1.0, show_default=True, help="The share of the pages that are loaded.")
def main(folder: Path, orders: int, share: float) -> None:
    """Load FOLDER/documents in random orders, and print how well stories fit annotated events (BCubed F1).

    `--orders` is the number of orders. `--share` is the share of the pages that are loaded in each order.
    """
    pages = sorted((folder / "documents").iterdir())
    all_events = read_events(folder / "gold" / "related.json", pages)
    rows: list[Sequence[str]] = []
    for order in range(orders):
        paths = Random(order).sample(pages, round(share * len(pages)))
        events = {path.name: all_events[path.name] for path in paths}
        with loaded_database(paths) as (app, url):
            loaded = read_stories(app)
            run_flask(url, "seed", "relink")
            relinked = read_stories(app)
            same = share_of_same_stories(loaded, relinked)
            figures = bcubed_f1(loaded, events), same, bcubed_f1(relinked, events)
            rows.append([str(order), *(f"{figure:.4f}" for figure in figures)])
            if order == orders - 1:
                validated = cross_validate(app, events)
    click.echo(
        markdown_table(
            ["order of loading", "F1 as loaded", "pages in the same story", "F1 after relink"], rows
        )
    )
    click.echo(f"\nF1 cross-validated over topics: {validated:.4f} (the threshold in use is {MIN_LINKAGE})")


def read_events(file: Path, paths: Iterable[Path]) -> Groups:
    """Return the event of each page in `paths`, by file name, from the annotations in the JSON file `file`.

    The name of an event is the alphabetically first file name of its pages.
    """
    related: dict[str, list[str]] = orjson.loads(file.read_bytes())
    return {path.name: min([path.name, *related.get(path.name, [])]) for path in paths}


@contextmanager
def loaded_database(paths: Sequence[Path]) -> Iterator[tuple[Flask, str]]:
    """Load the documents at `paths`, in order, into a new SQLite database for the `with` block.

    The value is a pair: an application that uses the database, and the URL of the database.
    """
    with tempfile.TemporaryDirectory(prefix="briefs-stories-") as folder:
        url = f"sqlite:///{Path(folder) / 'briefs.db'}"
        run_flask(url, "db", "upgrade")
        app = create_app({"DATABASE_URL": url})
        try:
            with app.app_context(), transactions(db.engine, print) as begin, prepare_pool(begin, 1) as pool:
                run = Run(begin, Report(None), strict=False, admit_erased=False)
                run.load(
                    FoundFiles([str(path) for path in paths], []),
                    Preparation(pool, MAX_DOCUMENT_BYTES, is_eager=True),
                )
            yield app, url
        finally:
            close_app(app)


def read_stories(app: Flask) -> Groups:
    """Return the number of the stored story of each page, by the file name of the page."""
    names = select(ArticleDocument.source_name, Article.story).join(
        Article, Article.number == ArticleDocument.article
    )
    with app.app_context(), db.engine.connect() as connection:
        return dict(connection.execute(names).all())


def cross_validate(app: Flask, events: Groups) -> float:
    """Return the BCubed F1 of a cross-validation that leaves out one topic after the other.

    The stories of a topic are formed with the similarity threshold that is best for all other topics.

    Args:
        app: An application whose database contains the pages.
        events: The true event of each page, by file name.
    """
    found = {threshold: stories_at(app, threshold) for threshold in THRESHOLDS}
    topics: defaultdict[str, list[str]] = defaultdict(list)
    for name in events:
        topics[name.partition("_")[0]].append(name)
    stories: dict[str, object] = {}
    for names in topics.values():
        others = {name: event for name, event in events.items() if name not in set(names)}
        best = max(THRESHOLDS, key=lambda threshold: bcubed_f1(found[threshold], others))
        stories |= {name: (best, found[best][name]) for name in names}
    return bcubed_f1(stories, events)


def stories_at(app: Flask, threshold: float) -> Groups:
    """Form stories with another similarity threshold, and return the story of each page by file name.

    A story is given as the internal number of its first article.

    Args:
        app: An application whose database contains the pages.
        threshold: Replaces `MIN_LINKAGE`, the lowest similarity of groups that are joined.
    """
    columns = select(
        Article.number, Article.id, Article.key, Article.published_key, ArticleDocument.source_name
    ).join(ArticleDocument, ArticleDocument.article == Article.number)
    with app.app_context(), transactions(db.engine, print) as begin:
        graph = LinkGraph(begin)
        with begin() as connection:
            rows = connection.execute(columns).all()
    names = {row.number: row.source_name for row in rows}
    scores = {row.number: graph.scores(row.number) for row in rows}
    stories = find_stories([[StoryArticle(*row[:4])] for row in rows], scores, threshold)
    return {names[each.number]: several[0].number for several in stories for each in several}


def bcubed_f1(stories: Groups, events: Groups) -> float:
    """Return the BCubed F1 of stories: how well they fit the true events, from 0 to 1.

    Args:
        stories: The story of each page, by file name.
        events: The true event of each evaluated page, by file name.
    """
    together, same_event = groups_of(stories, events), groups_of(events, events)
    precision = recall = 0.0
    for name in events:
        story, event = together[name], same_event[name]
        precision += len(story & event) / len(story)
        recall += len(story & event) / len(event)
    return 2 * precision * recall / (precision + recall) / len(events)


def share_of_same_stories(first: Groups, second: Groups) -> float:
    """Return the share of the pages whose story has the same pages in `first` and in `second`."""
    one, other = groups_of(first, first), groups_of(second, first)
    return sum(one[name] == other[name] for name in first) / len(first)


def groups_of(groups: Groups, names: Iterable[str]) -> dict[str, set[str]]:
    """Map each of `names` to the set of all `names` in its group, including itself."""
    members: defaultdict[object, set[str]] = defaultdict(set)
    for name in names:
        members[groups[name]].add(name)
    return {name: members[groups[name]] for name in names}


if __name__ == "__main__":
    main()
