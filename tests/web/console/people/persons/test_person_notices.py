"""Hold the notices above a person: each state has its own, and at most one says whether we may write."""

from datetime import UTC, datetime

import pytest

from esmero.people.models import Address, Merge, Person, Suppression
from esmero.web.console.people.persons.person_notices import list_person_notices
from esmero.web.console.people.persons.person_rights import NamedTopics
from tests.web.document import read_document

DAY = datetime(2026, 5, 4, 12, tzinfo=UTC)
NONE = NamedTopics()


def make_person(*, standing: str = "ok", **values) -> Person:
    address = Address(value="nuria@example.com", standing=standing, since=DAY)
    return Person(**{"pk": 7, "state": "active", "address": address, **values})


def tell(person: Person, *, topics: NamedTopics = NONE, **facts) -> list[tuple[str, str, str]]:
    return [(one.state, one.title, one.text) for one in list_person_notices(person, topics=topics, **facts)]


@pytest.mark.parametrize(
    ("person", "notice"),
    [
        (make_person(state="erased"), ("broken", "No longer active.", "Nothing is sent to this person.")),
        (
            make_person(address=None),
            ("wait", "No usable address.", "Nothing can be sent by mail until there is one."),
        ),
        (
            make_person(standing="failing"),
            ("wait", "Mail returns for now.", "It is still tried; if it goes on, the address falls silent."),
        ),
        (
            make_person(name_is_damaged=True),
            ("wait", "A letter of the name was lost.", "Greetings go without the name until somebody mends it."),
        ),
    ],
)
def test_a_state_has_its_notice(person, notice):
    assert tell(person) == [notice]


def test_a_returned_address_is_silent_since_a_day():
    [(state, title, text)] = tell(make_person(standing="suppressed"))
    assert (state, title) == ("broken", "Silent.")
    assert "returned for good or was complained of on 4 May 2026" in text.replace("May 4, 2026", "4 May 2026")


def test_an_address_silenced_by_staff_tells_why():
    silence = Suppression(reason="staff", since=DAY, evidence="She rang.")
    [(_state, _title, text)] = tell(make_person(standing="suppressed"), silences=[silence])
    assert text.startswith("Since ")
    assert text.endswith("nothing goes to this address. She rang.")


def test_a_merged_person_tells_only_into_whom():
    kept = Person(pk=8, given_name="Núria <b>Vidal</b>")
    merge = Merge(gone_id=7, kept=kept, by="Marta", at=DAY)
    [(state, title, text)] = tell(make_person(state="merged"), merges=[merge])
    assert (state, title) == ("wait", "Merged.")
    told = read_document(text)
    assert told.links() == ["/console/people/8/"]
    assert "Núria <b>Vidal</b>" in told.words
    assert "Marta merged them on" in told.words


def test_the_person_who_stayed_has_no_notice_of_a_merge():
    merge = Merge(gone_id=9, kept=Person(pk=7), by="Marta", at=DAY)
    assert tell(make_person(), merges=[merge]) == []


def test_a_pause_comes_before_the_topics():
    [(state, title, text)] = tell(make_person(), topics=NamedTopics(allowed="News"), paused=DAY)
    assert state == "wait"
    assert title.startswith("Paused until ")
    assert text == "Until then only what cannot wait is sent."


def test_allowed_topics_name_the_others_and_the_channels():
    topics = NamedTopics(allowed="News", not_allowed="Offers", elsewhere=[("post", "Catalogue")])
    assert tell(make_person(), topics=topics) == [
        ("kept", "We may write about: News.", "Not about: Offers. By post: Catalogue.")
    ]


def test_without_an_allowed_topic_there_is_no_advertising():
    topics = NamedTopics(not_allowed="Offers", elsewhere=[("phone", "News")])
    text = "Only what belongs to their contract and their questions. By phone: News."
    assert tell(make_person(), topics=topics) == [("wait", "No advertising.", text)]


def test_without_topics_nothing_is_said():
    assert tell(make_person()) == []
