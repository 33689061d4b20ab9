"""The facts that the gate gets to see of a person, one by one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.mailroom.planning.case_file import describe_occasion, gather_recipients
from esmero.outbox.models import Dispatch, Message
from esmero.people.addresses.suppression import suppress
from esmero.people.dispatch_reason import AddressedPerson, DispatchReason
from esmero.people.models import Address, Permission, Person, Preference, Topic
from esmero.policy.facts import NO_DUPLICATE, AddressFacts, DuplicateFacts, FrequencyFacts, PreferenceFacts
from esmero.policy.gate import judge_occasion, judge_recipient
from esmero.policy.permission import StatedPermissions
from esmero.policy.quiet_hours import ResidenceFacts
from tests.house_facts import add_people, build_house, open_dispatch

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def house():
    house = build_house()
    house.offers = Topic.objects.create(
        brand=house.brand, code="ofertas", name={"es": "Ofertas"}, purpose=house.topic.purpose
    )
    return house


def reason(house, **changes):
    facts = {
        "brand": house.brand,
        "message_class": "commercial",
        "channel": "email",
        "purpose": house.topic.purpose,
        "topic": house.topic,
        "words": {"es": "Novedades"},
        "dispatch_id": None,
    }
    return DispatchReason(**{**facts, **changes})


def wish(house, person, *, topic=None, **facts):
    Preference.objects.create(person=person, brand=house.brand, topic=topic, **facts)


def gathered(why, *people, **facts):
    reached = [AddressedPerson(one.pk, one.address.value) for one in people]
    return gather_recipients(reached, reason=why, **facts)


def about(recipient, topic):
    """What is known about preferences and frequency for a topic."""
    preference = recipient.facts[PreferenceFacts].by_topic[topic]
    frequency = recipient.facts[FrequencyFacts].by_topic[topic]
    return preference, frequency


def sent(dispatch, *, at, **changes):
    Message.objects.filter(dispatch=dispatch).update(state="sent", sent_at=at, **changes)


def test_a_pause_for_the_topic_of_the_promotion_costs_only_the_promotion(house):
    (person,) = add_people(house, 1)
    Permission.objects.update(topic=None)
    wish(house, person, topic=house.offers, paused_until=NOW + DAY)
    why = reason(house, message_class="relational", promotion=house.offers)
    [found] = gathered(why, person)
    assert [about(found, code)[0].paused_until for code in ("novedades", "ofertas")] == [None, NOW + DAY]
    verdict = judge_recipient(found, findings=judge_occasion(describe_occasion(why, at=NOW)))
    assert (verdict.outcome, verdict.codes()) == ("go_without_promotion", "G07:slot")


def test_of_several_pauses_the_longest_counts(house):
    (person,) = add_people(house, 1)
    wish(house, person, paused_until=NOW + 2 * DAY)
    wish(house, person, topic=house.topic, paused_until=NOW + DAY)
    wish(house, person, topic=house.offers, paused_until=NOW + 3 * DAY)
    [found] = gathered(reason(house, promotion=house.offers), person)
    assert about(found, "novedades")[0].paused_until == NOW + 2 * DAY
    assert about(found, "ofertas")[0].paused_until == NOW + 3 * DAY


def test_the_own_dispatch_is_not_what_was_last_written(house):
    """A message that came back for now goes again: its own first try is no reason to wait a month."""
    (person,) = add_people(house, 1)
    wish(house, person, topic=house.topic, minimum_gap_days=30)
    earlier, own = open_dispatch(house, [person]), open_dispatch(house, [person])
    sent(own, at=NOW - DAY)
    [found] = gathered(reason(house, dispatch_id=own.pk), person)
    assert about(found, "novedades")[1].last_written_at is None
    sent(earlier, at=NOW - 5 * DAY)
    [found] = gathered(reason(house, dispatch_id=own.pk), person)
    assert about(found, "novedades")[1].last_written_at == NOW - 5 * DAY


def test_what_left_as_a_promotion_was_written_about_its_topic_too(house):
    kept, lost = add_people(house, 2)
    for one in (kept, lost):
        wish(house, one, topic=house.offers, minimum_gap_days=30)
    dispatch = open_dispatch(house, [kept, lost])
    Dispatch.objects.filter(pk=dispatch.pk).update(topic=None, promotion_topic=house.offers)
    sent(dispatch, at=NOW - DAY)
    Message.objects.filter(person=lost).update(promotion="G05")
    found = gathered(reason(house, topic=house.offers), kept, lost)
    assert [about(one, "ofertas")[1].last_written_at for one in found] == [NOW - DAY, None]


def test_the_frequency_of_the_slot_is_that_of_its_topic(house):
    (person,) = add_people(house, 1)
    wish(house, person, minimum_gap_days=7)
    wish(house, person, topic=house.offers, minimum_gap_days=30)
    sent(open_dispatch(house, [person]), at=NOW - DAY)
    [found] = gathered(reason(house, promotion=house.offers), person)
    assert about(found, "novedades")[1] == (7 * DAY, NOW - DAY)
    assert about(found, "ofertas")[1] == (30 * DAY, None)


def test_a_wish_for_the_topic_wins_over_one_for_the_brand(house):
    (person,) = add_people(house, 1)
    wish(house, person, wanted=False, minimum_gap_days=7)
    wish(house, person, topic=house.topic, wanted=True)
    [found] = gathered(reason(house), person)
    preference, frequency = about(found, "novedades")
    assert (preference.wanted, preference.minimum_gap, frequency.minimum_gap) == (True, 7 * DAY, 7 * DAY)


def test_wishes_for_another_topic_do_not_count(house):
    (person,) = add_people(house, 1)
    wish(house, person, topic=house.offers, wanted=False, minimum_gap_days=7, paused_until=NOW + DAY)
    [found] = gathered(reason(house), person)
    assert about(found, "novedades") == ((None, None, None), (None, None))
    assert set(found.facts[PreferenceFacts].by_topic) == {"novedades"}


def test_a_permission_of_another_brand_or_channel_is_none(house):
    one, other = add_people(house, 2)
    Permission.objects.filter(person=other).update(channel="phone")
    first, second = gathered(reason(house), one, other)
    assert (len(first.facts[StatedPermissions].statements), second.facts[StatedPermissions].statements) == (1, ())


def test_a_withdrawal_is_told_beside_the_grant(house):
    (person,) = add_people(house, 1)
    Permission.objects.update(withdrawn_at=NOW)
    [found] = gathered(reason(house), person)
    assert [one.state for one in found.facts[StatedPermissions].statements] == ["granted", "withdrawn"]
    Permission.objects.update(objected=True)
    [found] = gathered(reason(house), person)
    assert [one.state for one in found.facts[StatedPermissions].statements] == ["granted", "objected"]


def test_the_standing_of_an_address_and_its_silence_are_told(house):
    good, failing, silent, none = add_people(house, 4)
    Address.objects.filter(pk=failing.address_id).update(standing="failing")
    suppress(silent.address.value, scope="commercial", reason="complaint", evidence="x", at=NOW)
    none.address.value = ""
    found = [one.facts[AddressFacts] for one in gathered(reason(house), good, failing, silent, none)]
    assert [one.standing for one in found] == ["ok", "failing", "ok", "none"]
    assert [one.suppression.scope if one.suppression else "" for one in found] == ["", "", "commercial", ""]
    assert found[3].address is None


def test_one_person_at_two_addresses_is_told_of_each(house):
    (person,) = add_people(house, 1)
    suppress(person.address.value, scope="all", reason="unknown-user", evidence="x", at=NOW)
    reached = [AddressedPerson(person.pk, address) for address in (person.address.value, "otra@cliente.example")]
    found = [one.facts[AddressFacts].suppression for one in gather_recipients(reached, reason=reason(house))]
    assert [one is not None for one in found] == [True, False]


def test_who_has_it_already_and_who_took_the_address_are_told(house):
    first, second, third = add_people(house, 3)
    taken = {first.address.value: second.pk, third.address.value: third.pk}
    found = gathered(reason(house), first, second, third, taken=taken, already=[second.pk])
    assert [one.facts[DuplicateFacts] for one in found] == [
        DuplicateFacts(already_has=False, address_taken_by=second.pk),
        DuplicateFacts(already_has=True, address_taken_by=None),
        NO_DUPLICATE,
    ]


@pytest.mark.parametrize(
    ("country", "brand_zone", "zone"),
    [
        ("ES Atlantic/Canary", "Europe/Madrid", "Atlantic/Canary"),  # the person's own
        (" America/Lima", "Europe/Madrid", "America/Lima"),
        ("ES Nowhere/Else", "Europe/Madrid", "Europe/Madrid"),
        ("", "Europe/Madrid", "Europe/Madrid"),
        ("FR", "Europe/Madrid", "Europe/Paris"),
        ("ES", "America/Mexico_City", "Europe/Madrid"),  # two zones: that of the profile
        ("US", "America/Mexico_City", "America/Mexico_City"),  # several, and no profile: that of the brand
        ("JP", "Europe/Madrid", "Asia/Tokyo"),
        ("", "Europe/Nowhere", "Europe/Madrid"),  # the brand's is none: that of the house
    ],
)
def test_the_night_is_that_of_the_person_else_of_the_country_else_of_the_brand(
    house, settings, country, brand_zone, zone
):
    settings.QUIET_HOURS = True
    (person,) = add_people(house, 1)
    country, _blank, own = country.partition(" ")
    Person.objects.update(country=country, timezone=own)
    house.brand.timezone = brand_zone
    [found] = gathered(reason(house), person)
    assert found.facts[ResidenceFacts].zone.key == zone
    assert ("email", "commercial") in found.facts[ResidenceFacts].hours


def test_a_house_may_do_without_quiet_hours(house):
    [found] = gathered(reason(house), *add_people(house, 1))
    assert not found.facts[ResidenceFacts].hours


def test_the_queries_do_not_grow_with_the_people(house, settings, django_assert_num_queries):
    settings.QUIET_HOURS = True
    people = add_people(house, 30)
    for one in people:
        wish(house, one, topic=house.topic, minimum_gap_days=7)
    why = reason(house, promotion=house.offers)
    with django_assert_num_queries(8):
        gathered(why, people[0])
    with django_assert_num_queries(8):
        gathered(why, *people)


@pytest.mark.parametrize(("message_class", "offered"), [("commercial", True), ("relational", True), ("service", False)])
def test_the_way_out_is_offered_in_what_nobody_asked_for(house, message_class, offered):
    assert describe_occasion(reason(house, message_class=message_class), at=NOW).leave_offered is offered


def test_a_brand_whose_replies_nobody_reads_is_told(house):
    house.brand.return_domain = ""
    findings = judge_occasion(describe_occasion(reason(house), at=NOW))
    (person,) = add_people(house, 1)
    [recipient] = gathered(reason(house), person)
    assert judge_recipient(recipient, findings=findings).codes() == "G10"
