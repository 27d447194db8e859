"""What a name stands for: votes for each of the six types, and how much each sign counts."""

from collections import defaultdict
from collections.abc import Mapping

from api.models import ENTITY_TYPES

Vote = tuple[str, float]
Votes = defaultdict[str, float]

# First what the form of a name says; it is asked once a name.
HEAD, HEAD_OF_TWO = 6, (4, 3.5)  # Its head noun: … Ministry is an organization, … Forum that or an event.
TRADE = 4  # What it deals in: … Instruments.
FIRST_WORD = {"place": 4, "event": 9, "organization": 4}  # Mount …, Typhoon …, though its last be a head.
FAMOUS_PLACE, KNOWN_PLACE = 5, 3  # The gazetteer has it; a name of a small town may mean something else.
PERSON_NAME = 4  # A given name and a family name, in their order.
GIVEN_NAME = 2.5  # A given name and a word of English: Maurice Lantern.
JOINT = 3  # A joint that no person's has: … pour le …
RANKED = -3  # What keeps an office in its name: the ferry Queen Brevik.
PARTICLE = 2  # A particle of persons' names inside: … van …
# ASCEND-3, Marks & Co, DeepLeaf, DeepLeaf Tarn, OECD.
SHAPE = {"model": 3, "ampersand": 3, "camel": 2, "camel among others": 0.5, "acronym": 2}
SINGLE_LETTER = 2  # Petrel E.
ROUND_YEAR = 7  # Words and a round year: Safe Quays 2030 is a policy.
ENDING, ENDING_ALONE = 3, 1  # How its last word ends: … Robotics; Brevikabad.
ROMANCE = {"person": -3, "place": 1.5}  # It begins as no person is called: El …, La ….
# Then what names of its make mostly are, bare, after an article or in quotes, their words being of English or
# strange; it is asked once a name too.
SINGLE: Mapping[str, float] = {"organization": 0.5}
# One word that is no short form of another name: persons are called by two at first.
ALONE: Mapping[str, float] = {"person": -1}
STRANGE: Mapping[str, float] = {"person": 2.5, "product": 0.6}  # Anders Ekkelund.
HALF_STRANGE: Mapping[str, float] = {"person": 1.5, "product": 0.6}  # Harbour Ekkelund.
STRANGE_FIRST: Mapping[str, float] = {"organization": 2.5, "product": 0.6}  # Velmora Weather.
ARABIC: Mapping[str, float] = {"place": 1.5, "organization": 1.2, "person": 1}  # Al Velmora.
FAMILY_LAST: Mapping[str, float] = {"person": 2, "organization": 1.5}  # Velmora Young.
PLAIN: Mapping[str, float] = {"organization": 1, "product": 0.8}  # Northern Lantern.
ARTICLE_PLAIN: Mapping[str, float] = {"product": 1.5, "policy": 1.2}  # The Velmora Star.
ARTICLE_PLURAL: Mapping[str, float] = {"organization": 1.2, "product": 0.6}  # The Harbour Saints.
ARTICLE_STRANGE: Mapping[str, float] = {"organization": 1, "product": 0.8}  # The Rajya Brevik.
QUOTED: Mapping[str, float] = {"policy": 1.4, "product": 1.2, "organization": -3}  # ‘Green Quay’.
QUOTES: Mapping[str, float] = {"person": -2, "place": -3}  # Quotes stand around neither.
ARTICLE: Mapping[str, float] = {"person": -3, "place": -1}  # An article before it at most of its places.
ARTICLE_OF_TWO = 1.5  # A head of two types, with an article: the one that is no organization.
ATTRIBUTIVE: Mapping[str, float] = {"person": -2}  # The article before it is that of what follows.
SHORT_FORM = 2  # The text shortens it to the first word, as it does firms, or to the last, as persons.
# Then what stands around it; asked at each of its places.
TITLE = 6  # An office or a form of address before it: a person.
AGE = 5  # `, 54,` after it: a person.
APPOSED = 4  # A noun in apposition: `, a chip maker,`.
OF_APPOSED = 1  # The same, or `, who`, after `the mayor of Bern`: it may mean the mayor.
NOUN_BEFORE, NOUN_LISTED = 3, 2  # `the drug Velatide`; `the actor, Jan Novak`.
CALLED = 3  # `a scheme called …`.
COMPANY_NOUN = 3  # `… shares`, `… employees`: an organization.
NOUN_AFTER = 2.5  # `the … scheme`, `the … region`.
BEARS_NAME = 5  # `the … app` after two words or more: its own name.
PRODUCT_AFTER: Mapping[str, float] = {"product": 2, "organization": 1}  # `the … phone`: or its maker's.
PLANT_AFTER: Mapping[str, float] = {"place": 1.5, "organization": 1}  # `the … plant`: or its owner's.
PERSON_AFTER = 1  # `… lawyers`: an organization has them.
POSSESSED = 2  # What it has: `…'s shareholders`, `the suburbs of …`, `…'s widow`.
SPEECH_FULL: Mapping[str, float] = {"person": 2, "organization": 1}  # `… said` after two words or more.
SPEECH: Mapping[str, float] = {"person": 1, "organization": 1.5}  # `… said` after one word.
WHICH: Mapping[str, float] = {"person": -2, "organization": 1}  # `…, which`: no person.
WHICH_INSIDE: Mapping[str, float] = {"person": -1}  # `the death of …, which`: it may mean what stands before.
MADE = 2  # `…, made by`: a product.
CONTAINER = 1  # `, a network of microphones,`: what is in it decides.
SCHEME_VERB, ENROLLED, SCHEME_DOES = (
    1.5,
    2,
    1,
)  # Of words of English: `suspended …`, `enrolled in …`, `… pays`.
SCHEME_AFTER, SCHEME_ARTICLE = (
    4.5,
    -3,
)  # `the … scheme`, though it end as places do; but not if it is `the …`.
DOES = 1  # The verb after it: `… employs`, `… retired`, `… sank`.
ITS: Mapping[str, float] = {"person": -1.5, "organization": 1}  # `… lost its` after it.
THEIRS = 1.5  # `… lost her`.
HELD = 2  # `… opens on Monday`: an event.
VERB = 1  # A verb before it: `unveiled …`, `under …`, `attended the …`.
AT = {"place": 0.7, "organization": 1.5, "event": 0.7}  # `the quay at …`, `a broker at …`, `at the …`.
ATTRIBUTE = 0.4  # The share of what a preposition says where more than the name follows: `in … shops`.
PLAIN_PLACE = 0.3  # The same where the name is several words of English: `in Internet Explorer`.
LISTED = 0.75  # The share of what the preposition before a list says for all after its first.
FROM_TO = 0.5  # `from … to`: a place rather than anything else.
MOVES = 1.5  # `crowds to …`, `sailed from …`: a place.
COUNTRY_AFTER = 2  # `…, Norway`: a place.
ONE_OF = 1  # `a …`, `an …`: a product is one of many.
HYPHEN = 0.5  # `…-based`, `…-born`: a place.
RECOGNIZED = 3  # An operator's own recognizer says so.


def decide(votes: Votes) -> str:
    """Give the type of most votes; between equals the first of `ENTITY_TYPES`."""
    return max(ENTITY_TYPES, key=votes.__getitem__)
