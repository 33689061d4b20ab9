"""A new rule needs one provider and one rule, and nothing else changes: proven by adding a pair."""

from datetime import timedelta
from functools import partial
from typing import NamedTuple

import pytest
from django.utils import timezone

from esmero.campaigns.lifecycle import create_campaign
from esmero.mailroom.planning import dry_run
from esmero.mailroom.planning.case_file import PROVIDERS, describe_occasion, gather_recipients
from esmero.people.dispatch_reason import AddressedPerson, DispatchReason
from esmero.people.models import Note, Preference, Segment
from esmero.policy.gate import RULES, judge_occasion, judge_recipient
from esmero.policy.rule import COMMERCE, RecipientRule
from esmero.policy.verdict import Objection
from tests.house_facts import add_people, build_house

pytestmark = pytest.mark.django_db
NOW = timezone.now()
WEEK = timedelta(days=7)


class VisitFacts(NamedTuple):
    """When somebody of ours visited the person last."""

    last: object


def provide_visits(people, *, reason):
    rows = Note.objects.filter(person__in=[one.person for one in people], kind="visit")
    last = dict(rows.order_by("at").values_list("person", "at"))
    return {one: VisitFacts(last.get(one.person)) for one in people}


class VisitIsEnough(RecipientRule):
    code = "G99"
    slug = "visited"
    applies_to = COMMERCE
    about = VisitFacts

    def objection(self, occasion, facts):
        if facts.last is None or facts.last + WEEK <= occasion.at:
            return None
        return Objection(self.code, {}, facts.last + WEEK)


WITH_VISITS = {"providers": (*PROVIDERS, provide_visits)}, {"rules": (*RULES, VisitIsEnough())}


@pytest.fixture
def house():
    return build_house()


@pytest.fixture
def people(house):
    people = add_people(house, 3)
    visits = [(people[1], NOW - WEEK + timedelta(hours=6)), (people[2], NOW - 2 * WEEK)]
    Note.objects.bulk_create(Note(person=one, kind="visit", text="x", at=at, by="Ana") for one, at in visits)
    return people


def test_a_rule_and_its_provider_are_asked_like_the_others(house, people, django_assert_num_queries):
    providers, rules = WITH_VISITS
    why = DispatchReason(
        brand=house.brand, message_class="commercial", channel="email", purpose=house.topic.purpose, topic=house.topic,
        words={"es": "Novedades"}, dispatch_id=None,
    )  # fmt: skip
    reached = [AddressedPerson(one.pk, one.address.value) for one in people]
    findings = judge_occasion(describe_occasion(why, at=NOW), **rules)
    verdicts = [judge_recipient(one, findings=findings) for one in gather_recipients(reached, reason=why, **providers)]
    assert [one.codes() for one in verdicts] == ["", "G99:wait", ""]
    assert verdicts[1].until == NOW + timedelta(hours=6)
    with django_assert_num_queries(1):
        provide_visits(reached, reason=why)


def test_the_dry_run_counts_it_too(house, people, monkeypatch):
    providers, rules = WITH_VISITS
    monkeypatch.setattr(dry_run, "gather_recipients", partial(gather_recipients, **providers))
    monkeypatch.setattr(dry_run, "judge_occasion", partial(judge_occasion, **rules))
    campaign = create_campaign(
        "Noviembre",
        brand=house.brand,
        topic=house.topic,
        version=house.version,
        segment=Segment.objects.create(name="Todos"),
        reason={"es": "Novedades"},
        by="Lucía",
    )
    members = dry_run.judge_audience(campaign, [AddressedPerson(one.pk, one.address.value) for one in people], at=NOW)
    assert [(one.outcome, one.first) for one in members] == [("go", ""), ("wait", "G99"), ("go", "")]


def test_each_class_of_facts_has_exactly_one_provider(house):
    one = AddressedPerson(add_people(house, 1)[0].pk, "persona0@cliente.example")
    why = DispatchReason(
        brand=house.brand, message_class="commercial", channel="email", purpose=house.topic.purpose, topic=house.topic,
        words={}, dispatch_id=None,
    )  # fmt: skip
    provided = [type(provide([one], reason=why)[one]) for provide in PROVIDERS]
    assert len(set(provided)) == len(provided)
    [recipient] = gather_recipients([one], reason=why)
    assert {rule.about for rule in RULES if isinstance(rule, RecipientRule)} == set(recipient.facts)


def test_persons_share_facts_only_where_they_are_equal(house):
    people = add_people(house, 4)
    Preference.objects.create(person=people[1], brand=house.brand, wanted=False)
    why = DispatchReason(
        brand=house.brand, message_class="commercial", channel="email", purpose=house.topic.purpose, topic=house.topic,
        words={"es": "Novedades"}, dispatch_id=None,
    )  # fmt: skip
    reached = [AddressedPerson(one.pk, one.address.value) for one in people]
    found = gather_recipients(reached, reason=why, taken={people[2].address.value: people[0].pk})
    findings = judge_occasion(describe_occasion(why, at=NOW))
    # Twice: the second time the gate knows the facts that people share.
    for _ in range(2):
        assert [judge_recipient(one, findings=findings).codes() for one in found] == ["", "G05", "G08", ""]
    assert [one.shared is found[0].shared for one in found] == [True, False, False, True]
