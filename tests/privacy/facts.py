"""A person with something in every table that may hold something of a person."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils import timezone

from esmero.accounts.models import CustomerAccount
from esmero.asks.models import Form, Submission
from esmero.campaigns.models import AudienceMember, Campaign
from esmero.conversations.models import Conversation, Entry
from esmero.house.models import User
from esmero.imports.models import Import
from esmero.mailroom.models import ClickTrace, Inbound, ScheduledResend
from esmero.outbox.models import Captured, Message, MessageAttachment, MessageEvent
from esmero.people.models import (
    ContactPoint,
    Duplicate,
    Membership,
    Merge,
    Note,
    Organisation,
    PartyNumber,
    PartyRole,
    Person,
    PersonLine,
    Preference,
    Proposal,
    Tag,
)
from esmero.privacy.models import DataRequest
from esmero.vault.files import seal
from tests.grants.facts import grant_address_change
from tests.house_facts import add_people, build_house, open_dispatch

SECRET = "Zebulón"


def furnish_person():
    """Return the house and the person; everything personal of them holds the word SECRET."""
    house = build_house()
    one, other = add_people(house, 2)
    now = timezone.now()
    Person.objects.filter(pk=one.pk).update(
        given_name=SECRET, family_name=SECRET, number=f"N-{SECRET}", fields={"pet": SECRET}, folded=SECRET, title=SECRET
    )
    one.refresh_from_db()
    one.address.value = f"{SECRET.lower()}@cliente.example"
    one.address.save()
    one.tags.add(Tag.objects.create(name="vip"))
    PartyRole.objects.create(person=one, kind="customer", brand=house.brand)
    PartyNumber.objects.create(person=one, brand=house.brand, value=f"X-{SECRET}")
    Membership.objects.create(person=one, organisation=Organisation.objects.create(name="Añil"), position=SECRET)
    dispatch = open_dispatch(house, [one, other])
    message = Message.objects.get(person=one)
    Message.objects.filter(pk=message.pk).update(
        address=one.address.value,
        objections={"G04": {"source": SECRET}},
        trouble=f"550 {SECRET}",
        content={"values": {"given_name": SECRET}},
        filled={"given_name": SECRET},
        state="sent",
        sent_at=now,
    )
    MessageEvent.objects.create(message=message, kind="refused", at=now, facts={"text": SECRET})
    Captured.objects.create(message=message, return_path="r", recipient=SECRET, subject=SECRET, body=b"x", at=now)
    raw = seal(f"From: {SECRET}".encode(), kind="inbound", media_type="message/rfc822")
    Inbound.objects.create(raw=raw, envelope_from=SECRET, door="smtp", received_at=now, message=message, state="done")
    attached = seal(f"%PDF {SECRET}".encode(), kind="invoice", media_type="application/pdf")
    MessageAttachment.objects.create(message=message, file=attached, name=SECRET)
    talk = Conversation.objects.create(
        brand=house.brand, person=one, address=SECRET, subject=SECRET, opened_at=now, last_at=now
    )
    Entry.objects.create(
        conversation=talk, direction="in", at=now, author=SECRET, subject=SECRET, text=SECRET, full_text=SECRET, raw=raw
    )
    campaign = Campaign.objects.create(name="C", brand=house.brand, topic=house.topic, reason={})
    AudienceMember.objects.create(campaign=campaign, person=one, outcome="refuse", facts={"G04": {"source": SECRET}})
    Preference.objects.create(person=one, brand=house.brand, topic=house.topic, wanted=True)
    Note.objects.create(person=one, text=SECRET, at=now, by="Lucía")
    ContactPoint.objects.create(person=one, kind="phone", value=SECRET, facts={"e164": SECRET})
    brought = Import.objects.create(
        kind="persons",
        file=seal(b"list", kind="import", media_type="text/csv"),
        file_name="lista.csv",
        brand=house.brand,
    )
    wrote = {"person": one.pk, "was": {"given_name": [SECRET, None]}}
    PersonLine.objects.create(of=brought, line=2, verdict="added", person=one, number=SECRET, cell=SECRET, wrote=wrote)
    form = Form.objects.create(brand=house.brand, slug="boletin", name="Boletín")
    Submission.objects.create(
        form=form, address=SECRET, language="es", values={"given_name": SECRET}, wording="Sí", at=now, person=one
    )
    grant_address_change(one, brand=house.brand, old=SECRET, new=SECRET, at=now)
    user = User.customers.create(kind="customer", role="", email=SECRET, username=SECRET)
    UserSession.objects.create(user=user, ip="192.0.2.7", session_key="k", user_agent=SECRET, data={"login": SECRET})
    Authenticator.objects.create(user=user, type="totp", data={"secret": SECRET})
    EmailAddress.objects.create(user=user, email=SECRET, verified=True, primary=True)
    CustomerAccount.objects.create(user=user, person=one, brand=house.brand, opened_at=now)
    DataRequest.objects.create(kind="erase", person=one, brand=house.brand, at=now, due_at=now, words=SECRET)
    Proposal.objects.create(person=one, kind="successor", address=SECRET, evidence="inbound 1", found_at=now)
    ClickTrace.objects.create(event=MessageEvent.objects.filter(message=message).first(), network="0" * 16, at=now)
    ScheduledResend.objects.create(message=message, found_at=now)
    Duplicate.objects.create(first=one, second=other, signs=["name"])
    Merge.objects.create(kept=one, gone=other, facts={"name": SECRET}, by="Lucía")
    return house, one, other, message, raw, dispatch
