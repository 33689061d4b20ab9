"""What is over its term goes, nothing else, once and told in numbers; what proves something stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.asks.models import Form, Submission
from esmero.campaigns.models import AudienceMember, Campaign
from esmero.conversations.models import Conversation, Entry
from esmero.grants.models import Grant
from esmero.house.jurisdictions import all_profiles
from esmero.house.models import AuditEntry, Brand
from esmero.house.retention_terms import TermSource
from esmero.imports.lifecycle import begin_undo, select_undoable
from esmero.imports.models import Import
from esmero.mailroom.arriving.receive import take_in
from esmero.mailroom.models import Inbound
from esmero.outbox.models import Captured, Message, MessageAttachment, MessageEvent
from esmero.people.models import PermissionEntry, Person, PersonLine
from esmero.privacy.models import DataRequest, Retention
from esmero.privacy.retention import (
    RULES,
    apply_all_rules,
    apply_due_rule,
    apply_rule,
    count_expired,
    current_terms,
    list_rules,
    set_days,
)
from esmero.refusal import InvalidValue, Refusal
from esmero.rounds.import_kinds import PERSONS
from esmero.vault.files import path_of, read, seal
from esmero.vault.models import StoredFile
from tests.privacy.facts import SECRET, furnish_person

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

NOW = timezone.now()


def age(days):
    """Make everything that was furnished as old as this."""
    then = NOW - timedelta(days=days)
    Inbound.objects.update(received_at=then)
    Captured.objects.update(at=then)
    Message.objects.filter(sent_at__isnull=False).update(sent_at=then)
    Import.objects.update(finished_at=then, state="done")
    Grant.objects.update(expires_at=then)
    DataRequest.objects.update(answered_at=then)
    AuditEntry.objects.update(at=then)


def test_every_profile_has_a_term_for_every_rule_within_its_own_maximum():
    for profile in all_profiles().values():
        assert set(profile.terms) == set(RULES)
        for term in profile.terms.values():
            assert 1 <= term.days <= term.longest
            assert term.norm


def test_the_strictest_profile_of_the_house_holds():
    furnish_person()
    assert current_terms()["audit"].days == 1095
    Brand.objects.create(
        slug="fr", name="F", profile="FR", sender_name="F", sender_address="a@f.example",
        public_url="https://f.example",
        return_domain="r.f.example",
    )  # fmt: skip
    assert (current_terms()["audit"].days, current_terms()["audit"].maximum) == (1095, 1095)


def test_without_a_brand_the_neutral_terms_hold():
    assert current_terms() == all_profiles()["EU"].terms


def test_nothing_young_goes():
    furnish_person()
    assert set(apply_all_rules(at=NOW, by="test").values()) == {0}
    assert not AuditEntry.objects.filter(action="retention.done").exists()


def test_what_is_over_its_term_goes_and_the_count_said_so_before(django_capture_on_commit_callbacks):
    furnish_person()
    PersonLine.objects.update(verdict="refused")
    age(1200)
    said = count_expired(NOW)
    with django_capture_on_commit_callbacks(execute=True):
        gone = apply_all_rules(at=NOW, by="test")
    assert gone == said
    for rule in (
        "arrived-mail",
        "caught-mail",
        "messages",
        "import-files",
        "import-lines",
        "data-links",
        "data-requests",
    ):
        assert gone[rule] == 1, rule
    inbound = Inbound.objects.get()
    assert not path_of(inbound.raw.sha256).exists()
    assert inbound.envelope_from == ""
    with pytest.raises(FileNotFoundError):
        read(inbound.raw)
    sent = Message.objects.get(state="sent")
    assert (sent.address, sent.objections, sent.trouble, sent.content) == ("", None, "", None)
    assert sent.sent_at is not None
    assert not [one for one in MessageEvent.objects.all() if SECRET in str(one.facts)]
    assert not PersonLine.objects.exclude(cell="").exists()
    told = {one.facts["code"]: one.facts["rows"] for one in AuditEntry.objects.filter(action="retention.done")}
    assert told == {rule: number for rule, number in gone.items() if number}
    # What was not sent, and who may be written to, is as before.
    assert Message.objects.filter(state="planned").exclude(address="").exists()
    assert PermissionEntry.objects.exists()


def test_replaced_values_go_at_their_term_and_the_import_can_no_longer_be_taken_back():
    furnish_person()
    brought = Import.objects.get()
    age(80)
    apply_all_rules(at=NOW, by="test")
    assert select_undoable(brought, kind=PERSONS).count() == 1
    age(100)
    apply_all_rules(at=NOW, by="test")
    (line,) = PersonLine.objects.all()
    assert (line.wrote, line.number, line.verdict) == (None, SECRET, "added"), "its person is still here"
    brought.refresh_from_db()
    with pytest.raises(Refusal, match=r"^import-nothing-to-undo "):
        begin_undo(brought, kind=PERSONS, by="test")


def test_a_second_run_changes_nothing():
    furnish_person()
    age(1200)
    apply_all_rules(at=NOW, by="test")
    entries = AuditEntry.objects.count()
    assert set(apply_all_rules(at=NOW, by="test").values()) == {0}
    assert AuditEntry.objects.count() == entries


def test_the_meaning_of_a_return_stays_for_the_figures():
    furnish_person()
    MessageEvent.objects.update(facts={"meaning": "mailbox-full", "text": SECRET})
    age(1200)
    apply_all_rules(at=NOW, by="test")
    assert MessageEvent.objects.get().facts == {"meaning": "mailbox-full"}


def test_mail_and_files_that_prove_something_stay():
    furnish_person()
    age(1200)
    entry, raw = PermissionEntry.objects.first(), Inbound.objects.get().raw
    PermissionEntry.objects.filter(pk=entry.pk).update(proof=raw)
    PermissionEntry.objects.filter(pk=PermissionEntry.objects.last().pk).update(proof=Import.objects.get().file)
    gone = apply_all_rules(at=NOW, by="test")
    assert (gone["arrived-mail"], gone["import-files"]) == (0, 0)
    assert read(raw)


def test_it_goes_in_batches_and_is_told_once():
    for number in range(5):
        Captured.objects.create(return_path="r", recipient=str(number), body=b"x", at=NOW - timedelta(days=31))
    assert [apply_rule("caught-mail", at=NOW, most=2) for _ in range(4)] == [2, 2, 1, 0]
    assert AuditEntry.objects.get(action="retention.done").facts == {"code": "caught-mail", "rows": 5, "days": 30}


def test_bytes_that_another_row_needs_stay(django_capture_on_commit_callbacks):
    one = seal(b"the same", kind="notice", media_type="message/rfc822", keep_until=NOW - timedelta(days=9))
    other = seal(b"the same", kind="picture", media_type="image/png")
    with django_capture_on_commit_callbacks(execute=True):
        assert apply_rule("own-letters", at=NOW) == 1
    assert read(other) == b"the same"
    assert StoredFile.objects.get(pk=one.pk).dropped_at == NOW


def test_mail_that_comes_again_after_its_term_is_kept_anew(django_capture_on_commit_callbacks):
    old = NOW - timedelta(days=200)
    inbound = take_in(
        b"Subject: x\r\n\r\nx\r\n", envelope_from="a@b.example", envelope_to="c@d.example", door="smtp", at=old
    )
    Inbound.objects.update(state="done")
    with django_capture_on_commit_callbacks(execute=True):
        assert apply_rule("arrived-mail", at=NOW) == 1
    again = take_in(
        b"Subject: x\r\n\r\nx\r\n", envelope_from="a@b.example", envelope_to="c@d.example", door="smtp", at=NOW
    )
    assert again.pk == inbound.pk
    assert read(StoredFile.objects.get()) == b"Subject: x\r\n\r\nx\r\n"
    assert count_expired(NOW)["arrived-mail"] == 1  # it goes again


def test_an_operator_shortens_a_term_and_never_passes_the_maximum():
    furnish_person()
    Captured.objects.update(at=NOW - timedelta(days=10))
    assert count_expired(NOW)["caught-mail"] == 0
    set_days("caught-mail", days=7, by="test")
    assert count_expired(NOW)["caught-mail"] == 1
    for wrong in (0, 8, 4000):
        with pytest.raises(InvalidValue, match=r'^term-out-of-range {"days": 7}'):
            set_days("sign-ups", days=wrong, by="test")
    set_days("caught-mail", days=None, by="test")
    assert count_expired(NOW)["caught-mail"] == 0
    assert AuditEntry.objects.filter(action="retention.term").count() == 2


def test_a_stored_term_bows_to_a_law_that_came_later():
    Retention.objects.create(code="sign-ups", days=400)
    assert next(one for one in list_rules() if one.code == "sign-ups").days == 7


def test_the_routine_takes_one_rule_after_the_other_and_rests_until_tomorrow(django_assert_num_queries):
    Captured.objects.create(return_path="r", recipient="x", body=b"x", at=NOW - timedelta(days=31))
    assert sum(apply_due_rule(at=NOW) for _ in RULES) == 1
    assert Retention.objects.filter(next_at__gt=NOW).count() == len(RULES)
    with django_assert_num_queries(1):
        assert apply_due_rule(at=NOW) == 0
    Captured.objects.create(return_path="r", recipient="x", body=b"x", at=NOW - timedelta(days=31))
    later = NOW + timedelta(days=1, minutes=1)
    assert sum(apply_due_rule(at=later) for _ in RULES) == 1


def test_a_demo_keeps_its_invented_people(settings):
    settings.ESMERO = replace(settings.ESMERO, demo=True)
    Captured.objects.create(return_path="r", recipient="x", body=b"x", at=NOW - timedelta(days=310))
    assert sum(apply_due_rule(at=NOW) for _ in RULES) == 0
    assert Captured.objects.exists()


def test_a_confirmed_sign_up_is_emptied_and_still_counted():
    _house, one, *_rest = furnish_person()
    row = Submission.objects.get()
    Submission.objects.filter(pk=row.pk).update(state="confirmed", confirmed_at=NOW - timedelta(days=1094))
    assert apply_rule("confirmed-sign-ups", at=NOW) == 0
    assert apply_rule("confirmed-sign-ups", at=NOW + timedelta(days=2)) == 1
    row.refresh_from_db()
    assert (row.address, row.values, row.person, row.message) == ("", {}, None, None)
    assert (row.form_id, row.wording, row.state) == (Form.objects.get().pk, "Sí", "confirmed")
    assert PermissionEntry.objects.filter(person=one).exists()
    assert apply_rule("confirmed-sign-ups", at=NOW + timedelta(days=2)) == 0


def test_one_rule_alone_forgets_what_nobody_confirmed():
    furnish_person()
    Submission.objects.update(at=NOW - timedelta(days=7, minutes=1))
    assert apply_rule("sign-ups", at=NOW) == 1
    assert not Submission.objects.exists()


def test_a_message_that_was_never_judged_has_its_term_too():
    *_rest, dispatch = furnish_person()
    old = NOW - timedelta(days=1096)
    row = Message.objects.create(
        dispatch=dispatch, kind="x", occasion="1", opaque="x", address="a@x.example", state="cancelled", posted_at=old,
        content={"values": {}},
    )  # fmt: skip
    assert apply_rule("messages", at=NOW) == 1
    row.refresh_from_db()
    assert (row.address, row.content) == ("", None)
    assert apply_rule("messages", at=NOW) == 0


def test_conversations_at_rest_are_emptied_and_one_that_waits_for_us_stays():
    _house, one, _other, _message, raw, _dispatch = furnish_person()
    talk = Conversation.objects.get()
    Conversation.objects.update(last_at=NOW - timedelta(days=1200))
    assert apply_rule("conversations", at=NOW) == 0
    Conversation.objects.update(state="theirs")
    assert apply_rule("conversations", at=NOW) == 1
    talk.refresh_from_db()
    entry = Entry.objects.get()
    assert (talk.person, talk.address, talk.subject, talk.state) == (None, "", "", "closed")
    assert {entry.author, entry.subject, entry.text, entry.full_text, entry.message_id} == {""}
    assert (entry.raw, entry.at, entry.direction) == (None, entry.at, "in")
    assert read(raw)  # the arrived mail has a term of its own
    assert apply_rule("conversations", at=NOW) == 0
    assert one in Person.objects.all()


def test_the_bytes_of_a_conversation_go_when_nothing_else_needs_them(django_capture_on_commit_callbacks):
    *_rest, raw, dispatch = furnish_person()
    forward = Message.objects.create(dispatch=dispatch, kind="reply-forward", opaque="f" * 24, state="sent", content={})
    MessageAttachment.objects.create(message=forward, file=raw, name="original.eml")
    Inbound.objects.all().delete()
    Conversation.objects.update(state="closed", last_at=NOW - timedelta(days=1200))
    with django_capture_on_commit_callbacks(execute=True):
        assert apply_rule("conversations", at=NOW) == 1
    assert not path_of(raw.sha256).exists()


@pytest.mark.parametrize(
    ("facts", "gone"),
    [
        ({"state": "done", "finished_at": NOW - timedelta(days=91)}, 1),
        ({"state": "cancelled", "finished_at": NOW - timedelta(days=91)}, 1),
        ({"state": "done", "finished_at": NOW - timedelta(days=89)}, 0),
        ({"state": "checked", "checked_at": NOW - timedelta(days=91)}, 1),
        ({"state": "checked", "checked_at": NOW - timedelta(days=89)}, 0),
        ({"state": "draft", "created_at": NOW - timedelta(days=91)}, 1),
        ({"state": "checking", "created_at": NOW - timedelta(days=91)}, 0),
        ({"state": "planning", "created_at": NOW - timedelta(days=91)}, 0),
        ({"state": "running", "checked_at": NOW - timedelta(days=91)}, 0),
    ],
)
def test_verdicts_of_dry_runs_go_when_nothing_is_to_be_frozen_of_them(facts, gone):
    furnish_person()
    Campaign.objects.update(counts={"audience": 1, "G04": 1}, **facts)
    assert apply_rule("dry-runs", at=NOW) == gone
    assert AudienceMember.objects.count() == 1 - gone
    campaign = Campaign.objects.get()
    if facts["state"] == "checked" and gone:  # it may not start with nobody
        assert (campaign.state, campaign.counts, campaign.checked_at) == ("draft", {}, None)
    else:
        assert (campaign.state, campaign.counts) == (facts["state"], {"audience": 1, "G04": 1})


def test_every_term_says_where_its_days_come_from():
    for profile in all_profiles().values():
        for code, term in profile.terms.items():
            if term.source is TermSource.CONVENTION:
                assert term.norm == all_profiles()["EU"].terms[code].norm, (
                    code
                )  # no national law is named for a number it does not hold
            else:
                assert term.norm != all_profiles()["EU"].terms[code].norm, code
