"""From a form that somebody filled in to a submission that waits for its confirmation, and from there to a permission."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from esmero.asks.bot_guard import AN_HOUR, MOST_MAILS_A_DAY
from esmero.asks.models import Form, Submission
from esmero.house.audit import note
from esmero.people.addresses.address_status import record_delivery
from esmero.people.addresses.parsing import domain_of, read_address
from esmero.people.addresses.suppression import ERASED, find_suppressions, lift_brand_suppressions
from esmero.people.models import Address, CustomField, PermissionEntry, Person, Suppression, Topic
from esmero.people.permissions.ledger import NewEntry, record
from esmero.people.permissions.preferences import save_preference
from esmero.people.permissions.state import CONSENT
from esmero.people.persons.names import update_folded
from esmero.people.text_folding import fold

WAITS = timedelta(days=7)
MONTH = 30
STANDARD = ("given_name", "family_name", "organisation")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a form as it is drawn and read: `kind` is text, integer, decimal, boolean, date or choice."""

    name: str
    label: Mapping[str, str]
    kind: str
    required: bool
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormEntries:
    """What was entered, checked: `faults` maps the name of a field to words; it may be kept only without any."""

    address: str
    values: dict[str, Any]
    topics: list[int]
    monthly: bool
    faults: dict[str, str] = field(default_factory=dict)


def asked_fields(form: Form) -> list[FormField]:
    """Return the fields of a form in its order; one that is declared no more is left out."""
    own = {f"own:{one.key}": one for one in CustomField.objects.all()}
    asked = []
    for each in form.fields:
        name, required = str(each.get("name", "")), bool(each.get("required"))
        if name in STANDARD:
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
    """Check what was entered; words for faults are in the active language."""
    faults: dict[str, str] = {}
    address = read_address(post.get("email", "")[:400])
    if not address.usable:
        faults["email"] = _("Please write an e-mail address, such as name@example.org.")
    chosen = [topic.pk for topic in offered if str(topic.pk) in topics]
    if not chosen:
        faults["topics"] = _("Please choose what you would like to get.")
    if "agree" not in post:
        faults["agree"] = _("We may write to you only if you agree.")
    values: dict[str, Any] = {}
    for asked in asked_fields(form):
        text = post.get(asked.name, "").strip()[:300]
        if not text:
            if asked.required:
                faults[asked.name] = _("Please fill this in.")
            continue
        value, fault = _read_value(text, asked=asked)
        if fault:
            faults[asked.name] = fault
        else:
            values[asked.name] = value
    return FormEntries(
        address=address.normalised,
        values=values,
        topics=chosen,
        monthly=form.asks_frequency and post.get("often") == "monthly",
        faults=faults,
    )


def _read_value(text: str, *, asked: FormField) -> tuple[Any, str]:
    try:
        match asked.kind:
            case "integer":
                return int(text), ""
            case "decimal":
                return float(text.replace(",", ".")), ""
            case "boolean":
                return text in {"yes", "on", "true"}, ""
            case "date":
                return date.fromisoformat(text).isoformat(), ""
            case "choice" if text not in asked.choices:
                return None, _("Please choose one of the list.")
    except ValueError:
        return None, _("Please write a number.") if asked.kind != "date" else _("Please write a date.")
    return text, ""


def count_lately(network: str, *, at: datetime) -> int:
    """Return how many submissions came from a network within the hour."""
    return Submission.objects.filter(network=network, at__gt=at - AN_HOUR).count() if network else 0


def keep_entry(
    form: Form, entered: FormEntries, *, language: str, wording: str, network: str, at: datetime
) -> Submission:
    """Keep what was entered until it is confirmed, or for WAITS. Nothing else follows from it."""
    with transaction.atomic():
        return Submission.objects.create(
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


def may_write(submission: Submission) -> bool:
    """Say whether a confirmation mail may go: the address does not return mail, and has not got several today."""
    silence = find_suppressions([submission.address]).get(submission.address)
    if silence is not None and silence.scope == Suppression.Scope.ALL and silence.reason != ERASED:
        return False
    day_ago = submission.at - timedelta(days=1)
    same = Submission.objects.filter(address=submission.address, at__gt=day_ago, message__isnull=False)
    return same.count() < MOST_MAILS_A_DAY


def confirm(submission: Submission, *, at: datetime) -> Person | None:
    """Turn a submission into a permission of the person who confirmed it; None when it waits no longer.

    Repeating it gives the same person and changes nothing. The person's own act undoes an earlier complaint to this brand.
    """
    with transaction.atomic():
        row = Submission.objects.select_for_update(of=("self",)).select_related("form__brand").get(pk=submission.pk)
        if row.state == Submission.State.CONFIRMED:
            return row.person
        if at - row.at > WAITS:
            return None
        person = _find_person(row) or _make_person(row)
        _fill_in(person, row)
        topics = list(Topic.objects.filter(pk__in=row.topics, brand=row.form.brand).select_related("purpose", "brand"))
        record([_consent(row, person=person, topic=topic, at=at) for topic in topics], now=at)
        for topic in topics:
            save_preference(person, topic=topic, wanted=True, minimum_gap_days=MONTH if row.monthly else None)
        lift_brand_suppressions(row.address, brand=row.form.brand, at=at)
        record_delivery(row.address)
        row.state, row.confirmed_at, row.person = Submission.State.CONFIRMED, at, person
        row.save(update_fields=["state", "confirmed_at", "person"])
        note("form.confirmed", by="form", subject=row.form, facts={"submission": row.pk, "person": person.pk})
    return person


def forget_networks(*, at: datetime) -> int:
    """Forget from which network came what is older than a day; returns of how many rows.

    What nobody confirmed goes by the term of the rule "sign-ups" (privacy/retention.py).
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
    """Return who it is: the one person at this address, or of a household the one of this name."""
    there = list(Person.objects.filter(state=Person.State.ACTIVE, address__value=row.address).order_by("id")[:50])
    given = fold(f"{row.values.get('family_name', '')} {row.values.get('given_name', '')}")
    if len(there) > 1 and given:
        return next((one for one in there if fold(f"{one.family_name} {one.given_name}") == given), None)
    return there[0] if there else None


def _make_person(row: Submission) -> Person:
    address, _made = Address.objects.get_or_create(value=row.address, defaults={"domain": domain_of(row.address)})
    return Person.objects.create(address=address, language=row.language)


def _fill_in(person: Person, row: Submission) -> None:
    """Write what the person said of themselves where nothing stood; it is theirs now, so no import changes it."""
    for name, value in row.values.items():
        if name.startswith("own:"):
            person.fields.setdefault(name.removeprefix("own:"), value)
        elif name in {"given_name", "family_name"} and not getattr(person, name):
            setattr(person, name, str(value)[:150])
    if not person.language:
        person.language = row.language
    update_folded(person)
    person.save()
