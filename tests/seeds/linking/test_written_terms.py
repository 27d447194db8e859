"""Tests of written terms and of the reasons for links.

A link connects two similar articles. A reason for the link is a word or an entity that both articles contain.
The written term of a word is a piece of the text of an article: the word itself, or the name or compound that
contains the word.
"""

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.evaluate.served import serve_documents
from seeds.extraction.catalogue import EntityRecord
from seeds.extraction.mentions import FoundEntity, Mention
from seeds.linking.article_features import ENTITY_PREFIX, extract_features
from seeds.linking.link_reasons import MAX_REASONS, NEAR_DUPLICATE_SCORE, SharedEntity, explain
from seeds.linking.written_terms import WrittenTerm, written_terms
from tests.seeds.documents import ROOT
from tests.seeds.linking.reason_faults import term_faults
from tests.seeds.linking.test_article_features import body
from tests.support.extraction import LEXICON

SAMPLES = ROOT / "tests" / "samples" / "documents"
QUILL = EntityRecord("Orla Quillfeather", "person", "orla-quillfeather")
FEATURE = ENTITY_PREFIX + QUILL.id.hex


def found(text: str, *names: str) -> FoundEntity:
    """Return an entity with one mention in `text` for each of `names`.

    A mention is the first occurrence of the name in `text`.
    """
    starts = [text.index(name) for name in names]
    mentions = [
        Mention("body", 1, start, start + len(name), name) for start, name in zip(starts, names, strict=True)
    ]
    return FoundEntity(QUILL, tuple(mentions), 1.0)


def terms(text: str, *entities: FoundEntity) -> dict[str, str | None]:
    """Return a dict from each feature (word or entity) of an article to its written form.

    The article consists of the paragraph `text`, and mentions `entities`. The written form is None for an
    entity, and for a word that alone says nothing, such as a number.
    """
    features = extract_features(body(text), entities, LEXICON)
    several = written_terms(features, body(text), entities)
    return {name: term and term.text for name, term in zip(features, several, strict=True)}


@pytest.mark.parametrize(
    ("text", "feature", "term"),
    [
        ("A reactor is here.", "reactor", "reactor"),
        ("Reactors: a reactor, and Reactor rules of a reactor.", "reactor", "reactor"),
        ("NORVANE’s xylorimba", "norvane", "NORVANE"),
        ("It flies the XR-5.", "xr", "XR-5"),
        ("It flies the XR-5.", "5", "XR-5"),
        ("A KT‑800’s wing", "800", "KT‑800"),
        ("It flies the X\u00adR-\u200b5.", "xr", "XR-5"),
        ("The U.S. xylorimba", "us", "U.S."),
        ("The Musée d’Orsay is shut.", "orsay", "d’Orsay"),
        ("It flies 5 times, 5 of them in an XR-5.", "5", None),
        ("The vice-president", "vice", "vice-president"),
        ("A vice, a vice, a vice-president", "vice", "vice"),
        ("AT&T owes R&D", "owes", "owes"),
        ("There were 800 xylorimbas.", "800", None),
        ("The 21st xylorimba", "21st", None),
        ("xylorimbas cost 2.1 or 1,280", "1", None),
        ("Dr Quillfeather", "dr", None),
        ("herself and the xylorimba", "xylorimba", "xylorimba"),
        ("xylorimba on Dec. 14", "december 14", "Dec. 14"),
        ("xylorimba on 14 December", "december 14", "14 December"),
    ],
)
def test_a_term_is_the_whole_word_or_compound_as_written(text: str, feature: str, term: str | None) -> None:
    assert terms(text).get(feature) == term


def test_a_word_of_a_name_is_written_as_the_longest_name() -> None:
    text = "Orla Quillfeather plays the xylorimba. Quillfeather won, and so did Orla Quillfeather’s dog."
    named = found(text, "Orla Quillfeather", "Quillfeather", "Orla Quillfeather’s")
    assert terms(text, named)["quillfeather"] == terms(text, named)["orla"] == "Orla Quillfeather"
    assert terms(text, named)[FEATURE] is None


def test_a_word_that_is_more_often_not_part_of_the_name_is_itself() -> None:
    text = "Orla Quillfeather has a quillfeather, and a quillfeather."
    assert terms(text, found(text, "Orla Quillfeather"))["quillfeather"] == "quillfeather"


WORDS = st.sampled_from(
    ["XR-5", "xr", "5", "Orla Quillfeather", "reactor", "U.S.", "R&D", "Norvane’s", "北京", "x"]
)


@given(words=st.lists(WORDS, min_size=1, max_size=12))
def test_a_term_is_in_the_text_and_never_a_number_or_a_letter(words: list[str]) -> None:
    text = f"It is {', '.join(words)}."
    entities = [found(text, "Orla Quillfeather")] if "Orla Quillfeather" in words else []
    for term in filter(None, terms(text, *entities).values()):
        assert term in text
        assert any(character.isalpha() for character in term)
        assert len(term) > 1 or not term.isascii()


# --- Reasons ---

ENTITIES = {FEATURE: SharedEntity(7, QUILL.name)}


def explained(
    products: dict[str, int], written: Mapping[str, WrittenTerm | None], score: float = 0.5
) -> dict[str, int]:
    """Return the weight of each reason for a link between two articles, in ten-thousandths.

    A reason is a word or an entity that both articles contain. A key of the result is the term of a word, or
    `=` and the name of an entity.

    Args:
        products: For each shared feature (word or entity), the product of its weights in the two articles.
        written: For each feature, its spelling in the article, or None.
        score: The similarity of the two articles, from 0 to 1.
    """
    several = explain(
        score, products, written, {name: ENTITIES[name] for name in products if name in ENTITIES}
    )
    names = {each.number: f"={each.name}" for each in ENTITIES.values()}
    return {str(names.get(label, label)): round(weight * 10_000) for label, weight in several}


def test_the_words_of_a_shared_entity_count_as_the_entity() -> None:
    name = WrittenTerm("O. Quill", QUILL.id.hex)
    written = {
        "quill": name,
        "orla": WrittenTerm("orla", None),
        "reactor": WrittenTerm("reactor", None),
        FEATURE: None,
    }
    products = {"quill": 10, "orla": 20, "reactor": 20, FEATURE: 50}
    assert explained(products, written) == {"=Orla Quillfeather": 4000, "reactor": 1000}


def test_the_words_of_a_name_that_is_no_shared_entity_are_the_name() -> None:
    name = WrittenTerm("Orla Quillfeather", QUILL.id.hex)
    products = {"orla": 20, "quillfeather": 20, "reactor": 60}
    written = {"orla": name, "quillfeather": name, "reactor": WrittenTerm("reactor", None)}
    assert explained(products, written) == {"reactor": 3000, "Orla Quillfeather": 2000}


def test_a_compound_is_a_reason_only_if_all_its_words_are_shared() -> None:
    compound = WrittenTerm("XR-5", None)
    written = {"xr": compound, "5": compound, "reactor": WrittenTerm("reactor", None)}
    assert explained({"xr": 1, "5": 1, "reactor": 2}, written) == {"XR-5": 2500, "reactor": 2500}
    assert explained({"5": 1, "reactor": 2}, written) == {"reactor": 5000}
    assert explained({"5": 1}, written) == {"XR-5": 5000}


def test_a_word_of_a_compound_that_is_a_reason_is_part_of_it() -> None:
    written = {
        "norvane": WrittenTerm("Norvane", None),
        "power": WrittenTerm("Norvane-Power", None),
        "reactor": WrittenTerm("reactor", None),
    }
    assert explained({"norvane": 1, "power": 1, "reactor": 2}, written) == {
        "Norvane-Power": 2500,
        "reactor": 2500,
    }


def test_articles_that_share_only_numbers_have_no_reason() -> None:
    assert explain(0.5, {"800": 5}, {"800": None}, {}) == []


def test_an_entity_whose_words_have_no_weight_is_no_reason() -> None:
    assert explain(0.5, {FEATURE: 0, "800": 5}, {"800": None}, ENTITIES) == []


NAMES = st.dictionaries(
    st.text("abc -", min_size=1, max_size=3), st.integers(1, 10**7), min_size=1, max_size=30
)


@given(products=NAMES, score=st.integers(1, 10_000).map(lambda units: units / 10_000))
def test_weights_add_up_to_the_score(products: dict[str, int], score: float) -> None:
    reasons = explain(score, products, {name: WrittenTerm(name, None) for name in products}, {})
    assert sum(round(weight * 10_000) for _, weight in reasons) == round(score * 10_000)
    assert 0 < len(reasons) <= MAX_REASONS
    assert (reasons[0][0] is None) == (score >= NEAR_DUPLICATE_SCORE)


def test_at_most_one_in_a_hundred_terms_of_the_samples_breaks_the_rules_of_a_term() -> None:
    faults: Counter[str | None] = Counter()
    with serve_documents(SAMPLES) as api:
        for name in [path.name for path in SAMPLES.glob("*.txt")]:
            article = api.article(name)
            assert article
            for link in article["related"]:
                faults.update(fault for _, fault in term_faults(article, api.entities(name), link["reasons"]))
    assert faults[None] >= 30
    assert faults.total() - faults[None] <= faults.total() / 100, faults
