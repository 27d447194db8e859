"""Load annotated documents into a new database, and read their articles from the API by file name."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient

from api.app import close_app, create_app
from bench.corpus.build import run_flask
from seeds.parsing.document import RelatedTitle
from seeds.parsing.page import parse

Json = dict[str, Any]
# Exit statuses of a load: all documents were loaded, or some were rejected.
LOAD_STATUSES = (0, 1)


class ServedDocuments:
    """Reads from the API the articles of documents that were loaded for an evaluation.

    The methods take the file name of a document. A rejected document has no article.
    """

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        listed = self._pages("/v1/articles?fields=slug,source&limit=100")
        self._files: dict[str, str] = {item["slug"]: item["source"]["name"] for item in listed}
        self._addresses = {name: f"/v1/articles/{quote(slug)}" for slug, name in self._files.items()}

    def article(self, name: str) -> Json | None:
        """Read an article from the API, or return None if the document was rejected.

        `name` is the file name of the document.
        """
        return self._get(self._addresses[name]).get_json() if name in self._addresses else None

    def entities(self, name: str) -> list[Json]:
        """Read the entities of an article from the API, with their mentions.

        `name` is the file name of the document of this article.
        """
        return self._parts(name, "entities")

    def related(self, name: str) -> list[Json]:
        """Read the related links of the article with the file name `name` from the API.

        Each link gets the key `file`: the file name of the linked document, or None if no stored article is
        linked.
        """
        links = self._parts(name, "related")
        targets = [link["target"] for link in links]
        files = [target and self._files[target["slug"]] for target in targets]
        return [link | {"file": file} for link, file in zip(links, files, strict=True)]

    def listed(self, name: str) -> tuple[RelatedTitle, ...]:
        """Return the entries in the list of related articles on a page, with titles and dates.

        `name` is the file name of the page. The entries are parsed from the page, because the API does not
        return the dates.
        """
        if name not in self._addresses:
            return ()
        return parse(self._get(f"{self._addresses[name]}/source").data, name).related

    def _parts(self, name: str, part: str) -> list[Json]:
        if name not in self._addresses:
            return []
        return list(self._pages(f"{self._addresses[name]}/{part}?limit=100"))

    def _pages(self, address: str | None) -> Iterator[Json]:
        while address:
            page = self._get(address).get_json()
            yield from page["data"]
            address = page["links"]["next"]

    def _get(self, address: str) -> Any:
        answer = self._client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status}")
        return answer


@contextmanager
def serve_documents(documents: Path) -> Iterator[ServedDocuments]:
    """Load the documents of the folder `documents` into a temporary SQLite database.

    In the `with` block, the yielded object reads the articles of these documents from the API. The database
    is deleted afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="briefs-evaluate-") as folder:
        url = f"sqlite:///{Path(folder) / 'briefs.db'}"
        run_flask(url, "db", "upgrade")
        run_flask(url, "seed", "load", str(documents.resolve()), accepted=LOAD_STATUSES)
        app = create_app({"DATABASE_URL": url})
        logging.getLogger("briefs").setLevel(logging.WARNING)
        try:
            yield ServedDocuments(app.test_client())
        finally:
            close_app(app)
