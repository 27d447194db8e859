"""Tests of the entities of an article: their mentions in all parts, and their salience (importance)."""

import unicodedata
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bench.evaluate.entities import ExtractedEntity, match_entities
from bench.evaluate.gold import normalize_name, read_samples
from bench.evaluate.scores import Score
from seeds.extraction.catalogue import EntityRecord, read_catalogue
from seeds.extraction.mentions import FoundEntity, Mention, find_entities, salience, sections
from seeds.parsing.files import read_document
from seeds.parsing.page import parse
from tests.seeds.documents import ROOT, Page
from tests.seeds.extraction.mention_oracle import CATALOGUE, DAY, PLAN, SEA, entities, find_by_brute_force
from tests.support.extraction import make_matcher

EVERYWHERE = Page(
    title="Sea Title of Some Length",
    summary="The Sea rose.",
    caption="The Sea at noon.",
    takeaways=("No name here.", "The Sea is here."),
    heading="Sea in a Heading",
    analysis=("Nothing.", "The Sea again."),
    signature=("Sea Author", "Sea Editor", "The Sea Times"),
    body=("The first paragraph has no name at all in it.", "The Sea, the sea, and the Sea."),
    related=(("Sea Elsewhere", None),),
)


def test_mentions_are_found_in_every_part_of_an_article_but_not_in_related_titles() -> None:
    (sea,) = entities(EVERYWHERE, [SEA])
    assert sea.mentions == (
        Mention("title", None, 0, 3, "Sea"),
        Mention("summary", None, 4, 7, "Sea"),
        Mention("image", None, 4, 7, "Sea"),
        Mention("takeaways", 2, 4, 7, "Sea"),
        Mention("analysis", 2, 4, 7, "Sea"),
        Mention("body", 2, 4, 7, "Sea"),
        Mention("body", 2, 26, 29, "Sea"),
    )


def test_a_mention_has_the_original_text() -> None:
    (day,) = entities(Page(summary="It was Sailor’s Day’s eve."), [DAY])
    assert day.mentions == (Mention("summary", None, 7, 19, "Sailor’s Day"),)


def test_an_article_without_names_has_no_entities() -> None:
    assert entities(EVERYWHERE, [PLAN]) == []


def test_salience_follows_its_formula() -> None:
    page = Page(
        title="Sea", summary="Sea Board.", caption=None, body=("Sea and AI+ plan.", "The second one.")
    )
    length = sum(len(section.text) for section in sections(parse(page.text.encode(), "page.txt")))
    weights_and_places = {
        "sea": (4 + 1, 0),
        "sea-board": (3, 3),
        "ai-plus": (1, length - len("AI+ plan.The second one.")),
    }
    assert {one.entity.slug: one.salience for one in entities(page)} == {
        slug: round(0.7 * weight / 5 + 0.3 * (1 - place / length), 4)
        for slug, (weight, place) in weights_and_places.items()
    }


def test_the_entity_that_is_named_most_and_first_has_salience_1() -> None:
    assert entities(EVERYWHERE, [SEA])[0].salience == 1


def test_entities_are_ranked_by_salience_then_slug() -> None:
    ranked = entities(Page(title="Sea Board at Sea", body=("Sea and AI+.", "Sea Board and more.")))
    order = [(-one.salience, one.entity.slug) for one in ranked]
    assert len(order) == 3
    assert order == sorted(order)


@given(st.floats(0, 1), st.floats(0, 1))
def test_salience_is_between_0_and_1(share: float, place: float) -> None:
    assert 0 <= salience(share, place) <= 1


WORDS = st.sampled_from(["Sea", "Sea Board", "AI+", "海委会", "Sailor’s Day", "quay", "ship", "tide"])
SENTENCES = st.lists(WORDS, min_size=1, max_size=8).map(lambda words: f"The {' and the '.join(words)} came.")


@given(
    st.builds(
        Page,
        title=SENTENCES.map(lambda text: text.removesuffix(".")),
        summary=SENTENCES,
        caption=SENTENCES,
        takeaways=st.lists(SENTENCES, min_size=1, max_size=3).map(tuple),
        analysis=st.lists(SENTENCES, min_size=1, max_size=2).map(tuple),
        body=st.lists(SENTENCES, min_size=1, max_size=4).map(tuple),
    )
)
def test_mentions_and_salience_are_those_of_brute_force(page: Page) -> None:
    document = parse(page.text.encode(), "page.txt")
    texts = {(section.part, section.index): section.text for section in sections(document)}
    starts = dict(
        zip(
            texts,
            [sum(len(text) for text in list(texts.values())[:at]) for at in range(len(texts))],
            strict=True,
        )
    )
    several = find_entities(document, make_matcher(CATALOGUE))
    weight = {"title": 4, "summary": 3, "takeaways": 2, "image": 1, "analysis": 1, "body": 1}
    weights = {one.entity: sum(weight[mention.part] for mention in one.mentions) for one in several}
    expected = [
        (key, start, end, entity)
        for key, text in texts.items()
        for start, end, entity in find_by_brute_force(text, CATALOGUE)
    ]
    assert sorted((m.part, m.index or 0, m.start, m.end) for one in several for m in one.mentions) == sorted(
        (key[0], key[1] or 0, start, end) for key, start, end, _ in expected
    )
    for one in several:
        first = one.mentions[0]
        place = (starts[first.part, first.index] + first.start) / sum(map(len, texts.values()))
        share = weights[one.entity] / max(weights.values())
        assert one.salience == round(0.7 * share + 0.3 * (1 - place), 4)
        assert all(texts[m.part, m.index][m.start : m.end] == m.text for m in one.mentions)


def extracted(*body: str, title: str = "What happened at the harbour") -> dict[str, FoundEntity]:
    """Return the entities that extraction finds on a page with the paragraphs `body`, by name.

    There are no known entities.
    """
    page = Page(title, None, None, (), "It matters", ("Nothing is said.",), body=body)
    return {found.entity.name: found for found in entities(page, ())}


def test_an_extracted_entity_has_its_origin_a_type_and_a_slug() -> None:
    found = extracted("They met Anna Lindqvist, a retired pilot, at the quay. Later Lindqvist left.")
    (entity,) = (one.entity for one in found.values())
    assert entity == EntityRecord(
        "Anna Lindqvist", "person", "anna-lindqvist", ("Lindqvist",), origin="extracted"
    )


def test_an_extracted_entity_is_mentioned_by_each_of_its_forms() -> None:
    found = extracted(
        "They met Anna Lindqvist at the quay there.", "Lindqvist’s boat left.", title="Lindqvist’s boat sinks"
    )
    assert [(one.part, one.index, one.text) for one in found["Anna Lindqvist"].mentions] == [
        ("title", None, "Lindqvist"),
        ("body", 1, "Anna Lindqvist"),
        ("body", 2, "Lindqvist"),
    ]


def test_a_headline_mentions_only_entities_of_the_text() -> None:
    found = extracted("They blamed the brewer Velmora for it.", title="Velmora Sinks Brave Ferry Again")
    assert [(one.part, one.text) for one in found["Velmora"].mentions] == [
        ("title", "Velmora"),
        ("body", "Velmora"),
    ]
    assert found.keys() == {"Velmora"}


def test_no_name_is_extracted_from_a_heading() -> None:
    found = extracted("They blamed the brewer Velmora for it.", "What the Tide Brings", "The Glass Quay")
    assert found.keys() == {"Velmora"}


def test_an_alias_in_the_text_is_a_mention_of_the_entity_of_the_catalogue() -> None:
    board = EntityRecord("Inland Waters Board", "organization", "waters")
    page = Page(body=("They met the Inland Waters Board (IWB) again.", "The IWB said so."))
    (found,) = (one for one in entities(page, [board]) if one.entity == board)
    assert [one.text for one in found.mentions] == ["Inland Waters Board", "IWB", "IWB"]


def test_the_catalogue_has_priority_over_the_text() -> None:
    velmora = EntityRecord("Velmora", "place", "velmora")
    page = Page(body=("They blamed the brewer Velmora for it.", "Velmora’s shareholders said nothing."))
    assert [one.entity for one in entities(page, [velmora])] == [velmora]


def test_names_that_differ_in_case_or_marks_are_one_entity() -> None:
    body = (
        "They blamed Vel-Mora Lines, and VEL-MORA LINES, for it.",
        "They blamed the Tide’s Wall and Tide S Wall.",
    )
    slugs = [one.entity.slug for one in entities(Page(body=body), ())]
    assert slugs.count("vel-mora-lines") == 1
    assert len(slugs) == len(set(slugs))
    known = EntityRecord("Vel Mora Lines", "product", "vel-mora-lines")
    assert known in [one.entity for one in entities(Page(body=body), [known])]


# Texts of names, marks and any other characters in any order.
ANYTHING = st.lists(
    st.one_of(
        st.text(), st.sampled_from(["Anna Lindqvist", "Velmora (深企)", "IWB", "’s", " ", "İ", "ǅ", "A"])
    )
).map("".join)


@given(ANYTHING, ANYTHING, ANYTHING)
def test_a_mention_is_the_text_at_its_offsets_in_any_text(title: str, summary: str, body: str) -> None:
    document = replace(
        parse(EVERYWHERE.text.encode(), "page.txt"), title=title, summary=summary, body=(body,)
    )
    texts = {(section.part, section.index): section.text for section in sections(document)}
    several = find_entities(document, make_matcher(CATALOGUE))
    mentions = [mention for one in several for mention in one.mentions]
    assert all(texts[one.part, one.index][one.start : one.end] == one.text != "" for one in mentions)
    assert several == find_entities(document, make_matcher(CATALOGUE))
    assert all(one.entity.slug for one in several)
    assert len({one.entity.slug for one in several}) == len(several)
    # No character belongs to two mentions.
    places = [(one.part, one.index, place) for one in mentions for place in range(one.start, one.end)]
    assert len(places) == len(set(places))


def test_the_entities_of_the_samples_are_found() -> None:
    samples, matcher = read_samples(ROOT / "tests/samples"), make_matcher(read_catalogue())
    score = Score()
    for name, gold in samples.gold.items():
        document, _ = read_document(samples.documents / name, 1 << 20)
        found = [
            ExtractedEntity(
                one.entity.name,
                one.entity.type,
                frozenset(
                    map(normalize_name, [one.entity.name, *(mention.text for mention in one.mentions)])
                ),
                len(one.mentions),
            )
            for one in find_entities(document, matcher)
        ]
        score += match_entities(gold, found).score
    assert (score.f1 or 0) >= 0.98


def test_names_are_found_if_letters_and_accents_are_separate_characters() -> None:
    text = (
        "The bank Crédit Montréal said on Monday in Zürich that Renée Dubois would leave. "
        "Ms Dubois came from São Paulo and Bogotá. People like Bogota."
    )
    known = [EntityRecord("São Paulo", "place", "sao-paulo")]
    together, apart = (
        {
            one.entity.name: [unicodedata.normalize("NFC", mention.text) for mention in one.mentions]
            for one in entities(Page(body=(unicodedata.normalize(form, text),)), known)
        }
        for form in ("NFC", "NFD")
    )
    assert {"Crédit Montréal", "Renée Dubois", "São Paulo", "Zürich"} <= together.keys()
    assert apart == together


def test_a_name_and_its_acronym_in_brackets_count_once_for_the_salience() -> None:
    with_acronym = "The Inland Waters Board (IWB) met Erik Lund. Then Erik Lund left, and it was over."
    page = Page(title="A quiet day at the quay", summary="It was quiet.", caption=None, body=(with_acronym,))
    found = {each.entity.name: each for each in entities(page, ())}
    board, lund = found["Inland Waters Board"], found["Erik Lund"]
    assert len(board.mentions) == len(lund.mentions) == 2
    assert board.entity.aliases == ("IWB",)
    assert lund.salience > board.salience
