"""Parse a saved web page: metadata from JSON-LD and `meta` elements, and the main text by trafilatura."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from lxml.html import HtmlElement

from api.text_folding import DASHES, fold_characters
from seeds.escaping import quoted
from seeds.parsing.date_lines import is_date
from seeds.parsing.document import (
    MAX_TITLE_LENGTH,
    Byline,
    Document,
    FieldLines,
    ParseWarning,
    Rejection,
    RelatedTitle,
    SourceFile,
    Span,
    Takeaway,
)
from seeds.parsing.formats.brief import Paragraph
from seeds.parsing.formats.plain_text import clean_text
from seeds.parsing.metadata import Metadata
from seeds.parsing.sidecar import READERS
from seeds.parsing.web_pages.html_body import read_body, remove_boilerplate
from seeds.parsing.web_pages.html_fields import (
    absolute_urls,
    choose_title,
    host_of,
    read_language,
    read_time,
    same_letters,
)
from seeds.parsing.web_pages.html_lists import HeadedList, ListItem, find_related, find_takeaways
from seeds.parsing.web_pages.html_metadata import Candidates, first_valid, read_candidates
from seeds.parsing.web_pages.html_parts import (
    PagePart,
    find_author,
    find_caption,
    take_analysis,
    take_summary,
)
from seeds.parsing.web_pages.html_tree import parse_html, remove, span_of, text_of


def parse(data: bytes, name: str) -> Document:
    """Parse `data`, the bytes of a saved web page. `name` is the name of its file.

    Raises:
        Rejection: If `data` is not a web page with a title and a main text. The rejection has the metadata
            if it was read.
    """
    root = parse_html(data)
    page = _Page(root, read_candidates(root))
    try:
        return page.document(SourceFile(name, sha256(data).hexdigest(), len(data)))
    except Rejection as rejection:
        rejection.metadata = page.metadata
        raise


@dataclass
class _Page:
    """A web page during parsing. Parts such as lists are read and removed, until only the main text remains.

    Attributes:
        candidates: The values in the metadata of the page, by field.
        warnings: For each warning, the section of the document, such as `summary`, and the message.
        metadata: The metadata of the document, such as its URL.
    """

    root: HtmlElement
    candidates: Candidates
    warnings: list[tuple[str, str]] = field(default_factory=list)
    metadata: Metadata = field(init=False)

    def __post_init__(self) -> None:
        """Read the metadata of the page, and add warnings about invalid values.

        This is done before the text is read, so a rejected page has metadata too.
        """
        candidates = self.candidates
        url = self._first_valid("the address", absolute_urls(candidates.url), read_url)
        time, warning = read_time(self.root, candidates.published_at, url)
        if warning:
            self.warnings.append(("page", warning))
        self.metadata = Metadata(
            url=url,
            published_at=time,
            language=first_valid(candidates.language, read_language)[0],
            image_url=self._first_valid("the address of the image", candidates.image_url, read_url),
        )

    def document(self, source: SourceFile) -> Document:
        """Read all parts of the page, and return the document. `source` describes the file of the page.

        Raises:
            Rejection: If the page has no title or no main text.
        """
        title, publication = self._title()
        takeaways, related = find_takeaways(self.root), find_related(self.root)
        title_part = PagePart(title, self._title_span(title))
        # The body is read last, from what remains of the page.
        lists = {"takeaways": self._take(takeaways), "related": self._take(related)}
        analysis = take_analysis(self.root)
        caption = find_caption(self.root) or self._stated(self.candidates.image_caption)
        author = self._stated(self.candidates.author) or find_author(self.root)
        role = self._stated(self.candidates.role)
        stated_summary = self._stated(self.candidates.summary)
        summary = take_summary(self.root, self.candidates.summary) or stated_summary
        body = self._body(title_part, author)
        byline = [part and part.text for part in (author, role)]
        if summary is None:
            self.warnings.append(("summary", "no summary"))
        return Document(
            source=source,
            title=title,
            summary=summary and summary.text,
            image_caption=caption and caption.text,
            takeaways=tuple(Takeaway(at, item.text) for at, item in enumerate(lists["takeaways"], 1)),
            analysis=analysis and analysis.analysis,
            byline=Byline(byline[0], byline[1], publication) if publication or any(byline) else None,
            body=tuple(paragraph.text for paragraph in body),
            related=tuple(map(_related_title, lists["related"])),
            lines=FieldLines(
                title=title_part.span,
                summary=summary and summary.span,
                image=caption and caption.span,
                takeaways=tuple(item.span for item in lists["takeaways"]) or None,
                analysis=analysis and analysis.span,
                byline=author and author.span,
                body=tuple(paragraph.span for paragraph in body),
                related=tuple(item.span for item in lists["related"]) or None,
            ),
            warnings=tuple(self._warnings(title_part.span)),
            metadata=self.metadata,
        )

    def _title(self) -> tuple[str, str | None]:
        title, publication = choose_title(self.root, self.candidates)
        if not title or len(title) > MAX_TITLE_LENGTH:
            limit = f"at most {MAX_TITLE_LENGTH} characters"
            raise Rejection(f"the page has no title of {limit}; expected `og:title`, `h1` or `title`", line=1)
        if publication is None and self.metadata.url:
            publication = host_of(self.metadata.url)
        return title, publication

    def _body(self, title: PagePart, author: PagePart | None) -> list[Paragraph]:
        for heading in list(self.root.iter("h1")):
            if same_letters(text_of(heading), title.text):
                remove(heading)
        remove_boilerplate(self.root)
        by = (author.text, f"By {author.text}") if author else ()
        paragraphs = read_body(self.root, (title.text, *by))
        if not paragraphs:
            raise Rejection("the page has no main text; expected paragraphs", line=title.span[0])
        return paragraphs

    def _title_span(self, title: str) -> Span:
        elements = (*self.root.iter("h1"), *self.root.iter("title"), *self.root.iter("meta"))
        return next(
            (span_of(each) for each in elements if title in (text_of(each), each.get("content"))), (1, 1)
        )

    def _take(self, found: HeadedList | None) -> list[ListItem]:
        if found is None:
            return []
        found.remove()
        return found.items

    def _stated(self, values: list[str]) -> PagePart | None:
        """Return the first of `values` with its lines in the file, or None if there are no values.

        `values` are texts from the metadata of the page. The lines are those of a `meta` element with
        this text, or else of the first JSON-LD script, or else line 1.
        """
        if not values:
            return None
        for meta in self.root.iter("meta"):
            if clean_text(meta.get("content") or "") == values[0]:
                return PagePart(values[0], span_of(meta))
        scripts = (
            span_of(each) for each in self.root.iter("script") if "ld+json" in (each.get("type") or "")
        )
        return PagePart(values[0], next(scripts, (1, 1)))

    def _first_valid(self, what: str, values: list[str], read: Callable[[str], str]) -> str | None:
        value, refused = first_valid(values, read)
        if refused is not None:
            self.warnings.append(("page", f"{what} is not a URL: {quoted(refused)}"))
        return value

    def _warnings(self, title: Span) -> Iterator[ParseWarning]:
        yield from (ParseWarning(section, title[0], message) for section, message in self.warnings)


def read_url(text: str) -> str:
    """Return `text` if it is a web URL.

    Raises:
        ValueError: If `text` is not a URI with a host and the scheme http or https, or if it is too long.
    """
    return str(READERS["url"](text))


def _related_title(item: ListItem) -> RelatedTitle:
    """Return the title and the date of an item in a list of related articles.

    The date is None if the item has no date.
    """
    link = next(item.element.iter("a"), None)
    title = (text_of(link) if link is not None else "") or item.text
    rest = item.text.removeprefix(title).strip(f" ·|-{DASHES}()")
    return RelatedTitle(title, rest if rest and is_date(fold_characters(rest)) else None)
