"""Parts of the commands that derive data from articles, such as `flask seed load`.

They are the option `--jobs`, and the pool of processes that find the entities of articles.
"""

import os
from pathlib import Path

import click
from sqlalchemy import select

from api.models import Corpus
from api.urls import settings
from seeds.extraction.catalogue import CATALOGUE, CatalogueError, read_catalogue
from seeds.extraction.mentions import EntityMatcher
from seeds.extraction.spacy_recognizer import ModelError, load_recognizer
from seeds.preparing.preparation import matcher_pool
from seeds.preparing.worker_pool import WorkerPool
from seeds.search_index.search_rows import update_search_index
from seeds.storing.entities.catalogue_update import refresh_entities, release_slugs
from seeds.storing.transactions import Transaction


def _available_cores() -> int:
    """Return the number of CPU cores that this process can use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


JOBS_OPTION = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=_available_cores,
    show_default="the number of cores",
    help="Number of processes that read the documents and derive data from them.",
)


def prepare_pool(begin: Transaction, jobs: int) -> WorkerPool[EntityMatcher]:
    """Return a pool of `jobs` processes that find the entities of articles.

    If the catalogue (the file of known entities) has changed, update the stored entities first. `begin` opens
    a write transaction.

    Raises:
        click.ClickException: The catalogue or the spaCy pipeline of the settings cannot be used.
    """
    model = settings().spacy_model
    try:
        catalogue = read_catalogue(Path(settings().catalogue or CATALOGUE))
        # Report an error here, and not in a worker process.
        load_recognizer(model)
    except (CatalogueError, ModelError) as error:
        raise click.ClickException(str(error)) from None
    with begin() as connection:
        update_search_index(connection)
        release_slugs(connection, catalogue)
        refresh_entities(connection, catalogue)
    return matcher_pool(jobs, catalogue, model)


def is_empty(begin: Transaction) -> bool:
    """Return True if the database has never contained an article. `begin` opens a write transaction."""
    with begin() as connection:
        return connection.scalars(select(Corpus.last_article)).one() == 0
