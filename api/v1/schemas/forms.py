"""Schema classes of articles in the formats of other programs: JSON-LD with schema.org, and ninjs.

Keys without a value are missing. The description of a key says which value of an article it contains.
"""

from marshmallow import fields, validate

from api.resources.serialization import Shape
from api.v1.schemas.common import address, identifier, number, string, time


def _texts(description: str) -> fields.List[str]:
    return fields.List(fields.String(), metadata={"description": description})


def _type(*names: str) -> fields.String:
    return fields.String(
        data_key="@type",
        validate=validate.OneOf(names),
        metadata={"description": "The type in schema.org."},
    )


def _identifier(description: str) -> fields.String:
    return identifier(description, data_key="@id")


class SchemaPerson(Shape):
    """The author of an article as a `Person` of schema.org."""

    optional = frozenset({"jobTitle"})

    type_ = _type("Person")
    name = string("The person or desk that signs the article.")
    jobTitle = string("The role of the author.")  # noqa: N815 -- a name of schema.org


class SchemaOrganization(Shape):
    """The publication of an article as an `Organization` of schema.org."""

    type_ = _type("Organization")
    name = string("The name of the publication.")


class SchemaImage(Shape):
    """The picture of an article as an `ImageObject` of schema.org."""

    optional = frozenset({"url", "caption"})

    type_ = _type("ImageObject")
    url = identifier("The URL of the picture.")
    caption = string("The caption.")


class SchemaAnalysis(Shape):
    """The analysis of an article as an `AnalysisNewsArticle` of schema.org."""

    optional = frozenset({"headline", "articleSection"})

    type_ = _type("AnalysisNewsArticle")
    id_ = _identifier("The identifier of the article, with the fragment `analysis`.")
    headline = string("The heading of the analysis.")
    articleSection = string("The heading of the section.")  # noqa: N815
    inLanguage = string("The language of the text, as a BCP 47 tag.")  # noqa: N815
    articleBody = string("The paragraphs, with blank lines between them.")  # noqa: N815


class SchemaStory(Shape):
    """The story of an article as a `Collection` of schema.org."""

    type_ = _type("Collection")
    id_ = _identifier("The id of the story as a URN.")
    url = address("The web page of the story.")
    name = string("The title of the story.")


class SchemaEntity(Shape):
    """An entity that an article mentions, in the vocabulary of schema.org."""

    optional = frozenset({"sameAs"})

    type_ = _type("Person", "Organization", "Place", "Thing", "Product", "Event")
    id_ = _identifier("The id of the entity as a URN.")
    url = address("The web page of the entity.")
    name = string("The canonical name of the entity.")
    sameAs = fields.List(  # noqa: N815
        fields.String(metadata={"format": "uri"}),
        metadata={"description": "The URLs of the same entity in other sources."},
    )


class NewsArticle(Shape):
    """An article as a `NewsArticle` of schema.org. Keys without a value are missing."""

    optional = frozenset(
        {
            *("description", "author", "publisher", "image", "datePublished", "abstract", "hasPart"),
            *("about", "mentions"),
        }
    )

    context_ = identifier("The vocabulary: schema.org.", data_key="@context")
    type_ = _type("NewsArticle")
    id_ = _identifier("The id of the article as a URN.")
    url = address("The web page of the article.")
    mainEntityOfPage = address("The web page of the article.")  # noqa: N815
    headline = string("The title.")
    description = string("The summary.")
    inLanguage = string("The language of the text, as a BCP 47 tag.")  # noqa: N815
    author = fields.Nested(SchemaPerson)
    publisher = fields.Nested(SchemaOrganization)
    image = fields.Nested(SchemaImage)
    datePublished = time("The time of publication.")  # noqa: N815
    dateModified = time("The time when the article last changed.")  # noqa: N815
    version = number("The revision.", 1)
    wordCount = number("The number of words in the body and the analysis.")  # noqa: N815
    timeRequired = string("The reading time as an ISO 8601 duration.")  # noqa: N815
    abstract = _texts("The takeaways, in order.")
    articleBody = string("The paragraphs of the body, with blank lines between them.")  # noqa: N815
    hasPart = fields.Nested(SchemaAnalysis)  # noqa: N815
    isPartOf = fields.Nested(SchemaStory)  # noqa: N815
    about = fields.List(
        fields.Nested(SchemaEntity),
        metadata={"description": "The entities with a salience of at least 0.5, most salient first."},
    )
    mentions = fields.List(
        fields.Nested(SchemaEntity), metadata={"description": "The other entities, most salient first."}
    )


class NinjsStandard(Shape):
    """The member `standard` of a ninjs item: the version of ninjs and the URL of its JSON Schema."""

    name = string("Always `ninjs`.")
    version = string("The version of ninjs.")
    schema = identifier("The JSON Schema of this version.")


class NinjsText(Shape):
    """A headline or a description in a ninjs item: the text, its media type and its role."""

    role = string("Headlines: `main`. Descriptions: `summary`, `caption` or `takeaway`.")
    contentType = string("The media type of the text.")  # noqa: N815
    value = string("The text.")


class NinjsBody(NinjsText):
    """The body or the analysis of an article, as a body of a ninjs item."""

    role = string("`main` for the body of the article, `analysis` for the analysis with its heading.")
    charCount = number("The number of characters.")  # noqa: N815
    wordCount = number("The number of words.")  # noqa: N815
    value = string("The paragraphs, with blank lines between them.")


class NinjsEntity(Shape):
    """An entity that an article mentions, in a ninjs item."""

    name = string("The canonical name of the entity.")
    rel = string(
        "`about` if the salience is at least 0.5, otherwise `mentions`.",
        validate=validate.OneOf(["about", "mentions"]),
    )
    uri = identifier("The URL of the entity in another source, or else its id as a URN.")
    literal = string("The slug of the entity.")


class NinjsSource(Shape):
    """The publication of an article, in a ninjs item."""

    name = string("The name of the publication.")
    role = string("Always `publisher`.")


class NinjsRendition(Shape):
    """The URL of the picture of an article, in a ninjs item."""

    name = string("Always `main`.")
    href = identifier("The URL of the file.")


class NinjsHeadline(Shape):
    """The title of a story or article that is associated with a ninjs item."""

    value = string("The title.")


class NinjsAssociation(Shape):
    """An item associated with a ninjs item: the picture or story of the article, or a related article."""

    optional = frozenset({"headlines", "renditions"})

    name = string("`image`, `story`, or `related-` and a number.")
    rel = string("`image`, `story` or `related`.")
    uri = identifier("The URL of the picture, or the id of the story or article as a URN.")
    type = string("The type of the item.", validate=validate.OneOf(["picture", "composite", "text"]))
    headlines = fields.List(fields.Nested(NinjsHeadline))
    renditions = fields.List(fields.Nested(NinjsRendition))


class NinjsItem(Shape):
    """An article as an item of ninjs, version 3. Keys without a value are missing."""

    optional = frozenset(
        {
            *("contentCreated", "by", "infoSources", "descriptions", "people", "organisations", "places"),
            *("subjects", "objects", "events"),
        }
    )

    uri = identifier("The id of the article as a URN.")
    standard = fields.Nested(NinjsStandard)
    type = string("The type of the item.", validate=validate.OneOf(["text"]))
    representationType = string(  # noqa: N815
        "Always `full`: the item is complete.", validate=validate.OneOf(["full"])
    )
    pubStatus = string("Always `usable`: the item can be published.", validate=validate.OneOf(["usable"]))  # noqa: N815
    version = string("The revision.")
    firstCreated = time("The time when the article was first loaded.")  # noqa: N815
    versionCreated = time("The time when the article last changed.")  # noqa: N815
    contentCreated = time("The time of publication.")  # noqa: N815
    language = string("The language of the text, as a BCP 47 tag.")
    title = string("The title.")
    slugline = string("The slug.")
    by = string("The author and the role of the author.")
    infoSources = fields.List(fields.Nested(NinjsSource))  # noqa: N815
    headlines = fields.List(fields.Nested(NinjsText))
    descriptions = fields.List(fields.Nested(NinjsText))
    bodies = fields.List(fields.Nested(NinjsBody))
    people = fields.List(fields.Nested(NinjsEntity))
    organisations = fields.List(fields.Nested(NinjsEntity))
    places = fields.List(fields.Nested(NinjsEntity))
    subjects = fields.List(fields.Nested(NinjsEntity), metadata={"description": "Policies."})
    objects = fields.List(fields.Nested(NinjsEntity), metadata={"description": "Products."})
    events = fields.List(fields.Nested(NinjsEntity))
    associations = fields.List(fields.Nested(NinjsAssociation))
