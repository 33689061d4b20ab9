"""Validate and store form submissions, and turn a confirmed one into a permission."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from esmero.asks.bot_guard import AN_HOUR, MOST_MAILS_A_DAY
from esmero.asks.models import Form, Submission
from esmero.house.audit import note
from esmero.house.happenings import SignUpConfirmed, SignUpReceived, happen
from esmero.people.addresses.address_status import record_delivery
from esmero.people.addresses.parsing import domain_of, read_address
from esmero.people.addresses.suppression import ERASED, find_suppressions, lift_brand_suppressions
from esmero.people.models import Address, CustomField, PermissionEntry, Person, Suppression, Topic
from esmero.people.permissions.ledger import NewEntry, record
from esmero.people.permissions.preferences import save_preference
from esmero.people.persons.names import update_folded
from esmero.people.search_texts import index_persons
from esmero.policy.permission import CONSENT
from esmero.refusal import InvalidValue
from esmero.text_folding import fold

CONFIRM_WITHIN = timedelta(days=7)
MONTH = 30
STANDARD_FIELDS = ("given_name", "family_name", "organisation")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """Describe a field of a form: `kind` is text, integer, decimal, boolean, date or choice."""

    name: str
    label: Mapping[str, str]
    kind: str
    required: bool
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormEntries:
    """Hold validated entries; `faults` maps field names to refusals and must be empty before saving."""

    address: str
    values: dict[str, Any]
    topics: list[int]
    monthly: bool
    faults: dict[str, InvalidValue] = field(default_factory=dict)


def list_fields(form: Form) -> list[FormField]:
    """Return the fields of a form in order; deleted custom fields are left out."""
    own = {f"own:{one.key}": one for one in CustomField.objects.all()}
    asked = []
    for each in form.fields:
        name, required = str(each.get("name", "")), bool(each.get("required"))
        if name in STANDARD_FIELDS:
            asked.append(FormField(name=name, label={}, kind="text", required=required))
        elif name in own:
            one = own[name]
            label = one.label or {"en": one.key}
            asked.append(
                FormField(
                    name=name, label=label, kind=one.kind, required=required, choices=tuple(map(str, one.choices))
                )
            )
    return asked


def read_entry(form: Form, *, post: Mapping[str, str], topics: Sequence[str], offered: Sequence[Topic]) -> FormEntries:
    """Validate submitted values; all that cannot be taken is refused at once, each at its field."""
    faults: dict[str, InvalidValue] = {}
    address = read_address(post.get("email", "")[:400])
    if not address.usable:
        faults["email"] = InvalidValue("entry-address-unusable")
    chosen = [topic.pk for topic in offered if str(topic.pk) in topics]
    if not chosen:
        faults["topics"] = InvalidValue("entry-without-topic")
    if "agree" not in post:
        faults["agree"] = InvalidValue("entry-without-consent")
    values: dict[str, Any] = {}
    for asked in list_fields(form):
        text = post.get(asked.name, "").strip()[:300]
        if not text:
            if asked.required:
                faults[asked.name] = InvalidValue("entry-empty")
            continue
        try:
            values[asked.name] = _read_value(text, asked=asked)
        except InvalidValue as refusal:
            faults[asked.name] = refusal
    return FormEntries(
        address=address.normalised,
        values=values,
        topics=chosen,
        monthly=form.asks_frequency and post.get("often") == "monthly",
        faults=faults,
    )


def _read_value(text: str, *, asked: FormField) -> Any:
    try:
        match asked.kind:
            case "integer":
                return int(text)
            case "decimal":
                return float(text.replace(",", "."))
            case "boolean":
                return text in {"yes", "on", "true"}
            case "date":
                return date.fromisoformat(text).isoformat()
    except ValueError:
        if asked.kind == "date":
            raise InvalidValue("entry-not-a-date") from None
        raise InvalidValue("entry-not-a-number") from None
    if asked.kind == "choice" and text not in asked.choices:
        raise InvalidValue("entry-not-offered")
    return text


def count_recent(network: str, *, at: datetime) -> int:
    """Return the number of submissions from a network within the hour."""
    return Submission.objects.filter(network=network, at__gt=at - AN_HOUR).count() if network else 0


def save_submission(
    form: Form, entered: FormEntries, *, language: str, wording: str, network: str, at: datetime
) -> Submission:
    """Store entries until confirmed, or for CONFIRM_WITHIN. They have no other effect."""
    with transaction.atomic():
        submission = Submission.objects.create(
            form=form,
            address=entered.address,
            language=language,
            values=entered.values,
            topics=entered.topics,
            monthly=entered.monthly,
            wording=wording,
            wording_version=f"{form.slug} {form.wording_version}",
            network=network,
            at=at,
        )
        happen(SignUpReceived(submission_id=submission.pk))
    return submission


def may_send_confirmation(submission: Submission) -> bool:
    """Return whether a confirmation may be sent: the address is not suppressed, and had few of them today."""
    suppression = find_suppressions([submission.address]).get(submission.address)
    # An erased person may sign up again: their own confirmation lifts that suppression.
    if suppression is not None and suppression.scope == Suppression.Scope.ALL and suppression.reason != ERASED:
        return False
    day_ago = submission.at - timedelta(days=1)
    same = Submission.objects.filter(address=submission.address, at__gt=day_ago, message__isnull=False)
    return same.count() < MOST_MAILS_A_DAY


def confirm(submission: Submission, *, at: datetime) -> Person | None:
    """Turn a submission into a permission and return the person; None if it has expired.

    Repeating it has no effect. The person's own act lifts the suppression after a complaint to this brand.
    """
    with transaction.atomic():
        # Locked: two clicks on the link must not create two persons.
        row = Submission.objects.select_for_update(of=("self",)).select_related("form__brand").get(pk=submission.pk)
        if row.state == Submission.State.CONFIRMED:
            return row.person
        if at - row.at > CONFIRM_WITHIN:
            return None
        person = _find_person(row) or _make_person(row)
        _fill_blanks(person, row)
        topics = list(Topic.objects.filter(pk__in=row.topics, brand=row.form.brand).select_related("purpose", "brand"))
        record([_consent(row, person=person, topic=topic, at=at) for topic in topics], now=at)
        for topic in topics:
            save_preference(person, topic=topic, wanted=True, minimum_gap_days=MONTH if row.monthly else None)
        lift_brand_suppressions(row.address, brand=row.form.brand, at=at)
        record_delivery(row.address)
        row.state, row.confirmed_at, row.person = Submission.State.CONFIRMED, at, person
        row.save(update_fields=["state", "confirmed_at", "person"])
        note("form.confirmed", by="form", subject=row.form, facts={"submission": row.pk, "person": person.pk})
        happen(SignUpConfirmed(submission_id=row.pk, person_id=person.pk))
    return person


def record_request(submission: Submission) -> None:
    """Note in the ledger that a known person was asked to confirm a consent; it counts only after the confirmation.

    Anybody may have typed the address, so this entry is not the person's own; repeating it adds nothing.
    """
    person = _find_person(submission)
    if person is None:
        return
    record(
        [
            NewEntry(
                person=person.pk,
                brand=topic.brand_id,
                purpose=topic.purpose_id,
                topic=topic.pk,
                act=PermissionEntry.Act.REQUESTED,
                source=f"form {submission.form.slug}",
                wording=submission.wording,
                wording_version=submission.wording_version,
                proof_place=f"submission {submission.pk}",
            )
            for topic in Topic.objects.filter(pk__in=submission.topics, brand=submission.form.brand)
        ]
    )


def clear_networks(*, at: datetime) -> int:
    """Delete network hashes older than a day; return the number of rows.

    Unconfirmed submissions are deleted by the retention rule "sign-ups" (privacy/retention.py).
    """
    seen = Submission.objects.exclude(network="").filter(at__lt=at - timedelta(days=1))
    with transaction.atomic():
        return seen.update(network="")


def _consent(row: Submission, *, person: Person, topic: Topic, at: datetime) -> NewEntry:
    return NewEntry(
        person=person.pk,
        brand=topic.brand_id,
        purpose=topic.purpose_id,
        topic=topic.pk,
        act=PermissionEntry.Act.GRANTED,
        basis=CONSENT,
        source=f"form {row.form.slug}",
        at=at,
        wording=row.wording,
        wording_version=row.wording_version,
        proof_place=f"submission {row.pk}, entered {row.at:%Y-%m-%d %H:%M} UTC, confirmed by mail",
        by_person=True,
    )


def _find_person(row: Submission) -> Person | None:
    """Return the person at this address; in a household the one with this name, else None."""
    there = list(Person.objects.filter(state=Person.State.ACTIVE, address__value=row.address).order_by("id")[:50])
    given = fold(f"{row.values.get('family_name', '')} {row.values.get('given_name', '')}")
    if len(there) > 1 and given:
        return next((one for one in there if fold(f"{one.family_name} {one.given_name}") == given), None)
    return there[0] if there else None


def _make_person(row: Submission) -> Person:
    address, _made = Address.objects.get_or_create(value=row.address, defaults={"domain": domain_of(row.address)})
    return Person.objects.create(address=address, language=row.language)


def _fill_blanks(person: Person, row: Submission) -> None:
    """Store the person's entries in blank fields; imports do not overwrite them."""
    for name, value in row.values.items():
        if name.startswith("own:"):
            person.fields.setdefault(name.removeprefix("own:"), value)
        elif name in {"given_name", "family_name"} and not getattr(person, name):
            setattr(person, name, str(value)[:150])
    if not person.language:
        person.language = row.language
    update_folded(person)
    person.save()
    index_persons([person.pk])
