"""Mentions: names of the catalogue and extracted names are found at their offsets, longest match first."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bench.evaluate.entities import ExtractedEntity, match_entities
from bench.evaluate.gold import normalize_name, read_samples
from bench.evaluate.scores import Score
from seeds.extraction.catalogue import EntityRecord, read_catalogue
from seeds.extraction.mentions import FoundEntity, Mention, find_entities, salience, sections
from seeds.parsing.files import read_document
from seeds.parsing.page import parse
from tests.seeds.documents import ROOT, Page
from tests.support.extraction import make_matcher

BOARD = EntityRecord("Sea Board", "organization", "sea-board", ("Board", "海委会"))
PLAN = EntityRecord("AI+", "policy", "ai-plus")
DAY = EntityRecord("Sailor's Day", "event", "sailors-day")
SEA = EntityRecord("Sea", "place", "sea", ("North Sea", "海"))
CATALOGUE = (BOARD, PLAN, DAY, SEA)


def found(text: str, catalogue: Iterable[EntityRecord] = CATALOGUE) -> list[tuple[str, str]]:
    """Return each mention in `text` as its words and the slug of its entity."""
    return [(text[start:end], entity.slug) for start, end, entity in make_matcher(catalogue).find(text)]


def entities(page: Page, catalogue: Iterable[EntityRecord] = CATALOGUE) -> list[FoundEntity]:
    """Return the entities of `page`."""
    return find_entities(parse(page.text.encode(), "page.txt"), make_matcher(catalogue))


@pytest.mark.parametrize("catalogue", [CATALOGUE, CATALOGUE[::-1]])
def test_the_longest_name_wins(catalogue: tuple[EntityRecord, ...]) -> None:
    assert found("Sea Board, Board, Sea, North Sea Board", catalogue) == [
        ("Sea Board", "sea-board"),
        ("Board", "sea-board"),
        ("Sea", "sea"),
        ("North Sea", "sea"),
        ("Board", "sea-board"),
    ]


@pytest.mark.parametrize("possessive", ["Sea's", "Sea’s", "Sea'", "Sea’"])
def test_a_possessive_is_not_part_of_a_mention(possessive: str) -> None:
    assert found(f"The {possessive} rise") == [("Sea", "sea")]


@pytest.mark.parametrize("name", ["Sailor's Day", "Sailor’s Day", "Sailor‘s Day"])
def test_a_name_is_found_with_straight_and_with_curly_apostrophes(name: str) -> None:
    curly = EntityRecord("Sailor’s Day", "event", "sailors-day")
    assert found(f"On {name}'s eve") == [(name, "sailors-day")]
    assert found(f"On {name}'s eve", [curly]) == [(name, "sailors-day")]


@pytest.mark.parametrize(
    "text",
    [
        "AI+",
        "'AI+'",
        "‘AI+’",
        "“AI+”",
        '"AI+"',
        "(AI+)",
        "AI+.",
        "AI+, too",
        "AI+'s",
        "AI+’s",
        "the AI+ plan",
        "在AI+里",
    ],
)
def test_a_name_that_ends_in_a_sign_is_found_before_any_mark(text: str) -> None:
    assert found(text) == [("AI+", "ai-plus")]


@pytest.mark.parametrize(
    "text",
    [
        "Seaside",
        "OverSea",
        "7Sea",
        "Sea7",
        "Seás",
        "áSea",
        "SEA",
        "sea",
        "AI",
        "XAI+",
        "Boards",
        "Sailors Day",
    ],
)
def test_a_name_is_not_found_inside_a_longer_word_or_in_other_case(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["Sea-level", "Sea  Boards", "Sea.", "(Sea)", "Sea/land", "“Sea”", "—Sea—"])
def test_a_name_is_found_next_to_anything_but_letters_and_digits(text: str) -> None:
    assert found(text) == [("Sea", "sea")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("北海海委会说", ["海", "海委会"]),
        ("海委会Sea海", ["海委会", "Sea", "海"]),
        ("在Sea的海", ["Sea", "海"]),
        ("カイ海カイ", ["海"]),
        ("바다海바다", ["海"]),
    ],
)
def test_cjk_names_are_found_without_spaces_around_them(text: str, names: list[str]) -> None:
    assert [words for words, _ in found(text)] == names


def test_offsets_are_code_points() -> None:
    assert [(start, end) for start, end, _ in make_matcher([SEA]).find("🌊🌊 Sea 𠮷 Sea")] == [
        (3, 6),
        (9, 12),
    ]


def test_a_name_that_begins_with_a_sign_is_an_error() -> None:
    with pytest.raises(ValueError, match="begins with a letter or digit"):
        make_matcher([EntityRecord("+AI", "policy", "plus-ai")])


# --- Comparison with a matcher that tries every name at every offset. ---


def plain(text: str) -> str:
    """Return `text` with straight quotation marks, each of which replaces one code point."""
    return text.replace("‘", "'").replace("’", "'").replace("“", '"').replace("”", '"')


def in_word(character: str) -> bool:
    """Return True if `character` can be inside a word: not kana, ideographs and hangul."""
    cjk = re.compile(
        "[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9d"
        "\U00020000-\U0003fffd]"
    )
    return character.isalnum() and not cjk.match(character)


def cuts_word(text: str, place: int) -> bool:
    """Return True if `place` is inside a word."""
    return 0 < place < len(text) and in_word(text[place - 1]) and in_word(text[place])


def brute_force(text: str, catalogue: Iterable[EntityRecord]) -> Iterator[tuple[int, int, EntityRecord]]:
    """Yield the mentions that `EntityMatcher.find` must find."""
    names = [(plain(name), entity) for entity in catalogue for name in entity.names]
    names.sort(key=lambda entry: len(entry[0]), reverse=True)
    straight, place = plain(text), 0
    while place < len(text):
        for name, entity in names:
            end = place + len(name)
            has_boundaries = not cuts_word(straight, place) and not cuts_word(straight, end)
            if straight.startswith(name, place) and has_boundaries:
                yield place, end, entity
                place = end
                break
        else:
            place += 1


# There are few pieces, so that names often begin, contain or end one another.
PIECES = st.sampled_from(["a", "A", "5", "é", "海", "北", "カ", " ", "+", "-", "'", "’", "“", "."])
NAMES = st.builds(
    lambda first, rest: first + "".join(rest),
    st.sampled_from(["a", "A", "5", "é", "海", "カ"]),
    st.lists(PIECES, max_size=4),
)


@st.composite
def catalogues(draw: st.DrawFn) -> list[EntityRecord]:
    """Draw a catalogue without two names that differ only in their quotation marks."""
    names = draw(st.lists(NAMES, min_size=1, max_size=8, unique_by=plain))
    pairs = [names[at : at + 2] for at in range(0, len(names), 2)]
    return [EntityRecord(pair[0], "place", f"e{at}", tuple(pair[1:])) for at, pair in enumerate(pairs)]


@st.composite
def texts_and_catalogues(draw: st.DrawFn) -> tuple[str, list[EntityRecord]]:
    """Draw a catalogue and a text that contains some of its names."""
    catalogue = draw(catalogues())
    names = st.sampled_from([name for entity in catalogue for name in entity.names])
    pieces = st.lists(st.one_of(names, PIECES, st.text(max_size=3)), max_size=12)
    return "".join(draw(pieces)), catalogue


@given(texts_and_catalogues())
def test_mentions_are_in_order_do_not_overlap_and_are_names_of_their_entity(
    drawn: tuple[str, list[EntityRecord]],
) -> None:
    text, catalogue = drawn
    reached = 0
    for start, end, entity in make_matcher(catalogue).find(text):
        assert reached <= start < end <= len(text)
        assert plain(text[start:end]) in [plain(name) for name in entity.names]
        reached = end


@given(texts_and_catalogues())
@example(("a𠀀", [EntityRecord("a", "place", "a")]))
@example(("a\U00030000", [EntityRecord("a", "place", "a")]))
def test_the_matcher_finds_the_same_as_brute_force(
    drawn: tuple[str, list[EntityRecord]],
) -> None:
    text, catalogue = drawn
    text = text.replace("_", " ")
    assert list(make_matcher(catalogue).find(text)) == list(brute_force(text, catalogue))


# --- Mentions of an article. ---


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
def test_every_mention_and_every_salience_is_that_of_brute_force(page: Page) -> None:
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
        for start, end, entity in brute_force(text, CATALOGUE)
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


# --- Extracted entities. ---


def extracted(*body: str, title: str = "What happened at the harbour") -> dict[str, FoundEntity]:
    """Return the entities of a page with the paragraphs `body`, by name, without a catalogue."""
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
    told = (
        "The bank Crédit Montréal said on Monday in Zürich that Renée Dubois would leave. "
        "Ms Dubois came from São Paulo and Bogotá. People like Bogota."
    )
    known = [EntityRecord("São Paulo", "place", "sao-paulo")]
    together, apart = (
        {
            one.entity.name: [unicodedata.normalize("NFC", mention.text) for mention in one.mentions]
            for one in entities(Page(body=(unicodedata.normalize(form, told),)), known)
        }
        for form in ("NFC", "NFD")
    )
    assert {"Crédit Montréal", "Renée Dubois", "São Paulo", "Zürich"} <= together.keys()
    assert apart == together
