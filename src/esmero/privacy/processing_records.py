"""Gather the records of processing activities (Regulation (EU) 2016/679 art. 30(1)) from tables and settings.

Only facts that exist are listed: a category of data if a row or custom field of it exists, a measure if it is active.
Facts unknown to the software (a representative, the location of a relay) are not invented. `web` renders the texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from esmero.asks.models import Form
from esmero.conversations.models import Conversation
from esmero.dossier.models import DailyAggregate
from esmero.house.jurisdictions import profile_of, valid_bases
from esmero.house.keys import dkim_path
from esmero.house.models import Brand, User
from esmero.house.profiles.profile import Profile
from esmero.house.team import needs_two_factor
from esmero.mailroom.arriving.channels.webhook_secrets import list_webhooks
from esmero.mailroom.models import Inbound, Mailbox
from esmero.outbox.models import Message, Relay
from esmero.outbox.relay_passwords import is_encrypted
from esmero.people.models import ContactPoint, CustomField, Note, PartyRole, Permission, Person, Purpose, Tag, Topic
from esmero.privacy.models import Retention
from esmero.privacy.retention import RuleStatus, list_rules

PROVIDERS = 12
_PERSONS = ("people", "sign-ups", "writers", "staff")
_DATA = (
    "names", "numbers", "addresses", "languages", "organisations", "contact-points", "roles", "tax-numbers",
    "tags", "notes", "permissions",
    "messages", "arrivals", "conversations", "log-ins",
)  # fmt: skip
_WITH = {"people": {"names", "languages"}, "writers": {"conversations"}, "staff": {"log-ins"}}
_LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """Describe a brand as the controller, and its missing facts ("legal_name", "postal_address", "phone")."""

    brand: Brand
    profile: Profile
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingPurpose:
    """Describe a purpose of a brand with its topics, and the legal bases valid for it in the brand's jurisdiction."""

    brand: Brand
    purpose: Purpose
    topics: tuple[Topic, ...]
    bases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRecipient:
    """Describe a recipient of data; `encrypted` is None if unknown.

    `kind` is relay, provider, mailbox, forward, hook or database.
    """

    kind: str
    name: str
    encrypted: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingRecords:
    """Hold the records of processing activities."""

    controllers: tuple[Controller, ...]
    purposes: tuple[ProcessingPurpose, ...]
    persons: tuple[str, ...]
    data: tuple[str, ...]
    fields: tuple[CustomField, ...]
    recipients: tuple[DataRecipient, ...]
    terms: tuple[RuleStatus, ...]
    measures: Mapping[str, bool]


def gather_records() -> ProcessingRecords:
    """Read all records. The number of queries does not depend on the number of persons, messages or events."""
    brands = list(Brand.objects.select_related("issuer").order_by("name", "id"))
    relays = list(Relay.objects.filter(kind=Relay.Kind.SMTP).order_by("name"))
    boxes = list(Mailbox.objects.filter(active=True).order_by("name"))
    there = _find_present()
    return ProcessingRecords(
        controllers=tuple(_controller(brand) for brand in brands),
        purposes=tuple(_find_purposes()),
        persons=tuple(name for name in _PERSONS if name in there),
        data=tuple(name for name in _DATA if name in there),
        fields=tuple(CustomField.objects.order_by("key")),
        recipients=tuple(_find_recipients(brands, relays=relays, boxes=boxes)),
        terms=tuple(list_rules()),
        measures=_find_measures(brands, relays=relays, boxes=boxes, signing_up="sign-ups" in there),
    )


def _controller(brand: Brand) -> Controller:
    missing = tuple(name for name in ("legal_name", "postal_address", "phone") if not getattr(brand, name))
    return Controller(brand=brand, profile=profile_of(brand.profile), missing=missing)


def _find_purposes() -> list[ProcessingPurpose]:
    topics = Topic.objects.filter(archived_at=None).select_related("brand", "purpose").order_by("brand__name", "code")
    found: dict[tuple[int, int], list[Topic]] = {}
    for topic in topics:
        found.setdefault((topic.brand_id, topic.purpose_id), []).append(topic)
    return [
        ProcessingPurpose(
            brand=rows[0].brand,
            purpose=rows[0].purpose,
            topics=tuple(rows),
            bases=tuple(
                sorted(valid_bases(rows[0].brand.profile, channel="email", commercial=rows[0].purpose.commercial))
            ),
        )
        for rows in found.values()
    ]


def _find_present() -> frozenset[str]:
    """Return the entries of _PERSONS and _DATA that exist: one query for a single row of each table."""
    there = {
        "people": Person.objects.all(),
        "sign-ups": Form.objects.filter(state=Form.State.OPEN),
        "writers": Conversation.objects.all(),
        "staff": User.objects.all(),
        "numbers": Person.objects.exclude(number=""),
        "addresses": Person.objects.filter(address__isnull=False),
        "organisations": Person.objects.filter(organisation__isnull=False),
        "contact-points": ContactPoint.objects.all(),
        "roles": PartyRole.objects.filter(person__isnull=False),
        "tax-numbers": Person.objects.exclude(tax_id=""),
        "tags": Tag.objects.all(),
        "notes": Note.objects.all(),
        "permissions": Permission.objects.all(),
        "messages": Message.objects.all(),
        "arrivals": Inbound.objects.all(),
        "log-ins": User.customers.all(),
    }
    found = {name for name, rows in there.items() if rows.exists()}
    return frozenset(found.union(*(more for name, more in _WITH.items() if name in found)))


def _find_recipients(brands: list[Brand], *, relays: list[Relay], boxes: list[Mailbox]) -> list[DataRecipient]:
    found = [
        DataRecipient(kind="relay", name=f"{one.name} ({one.host})", encrypted=one.security != Relay.Security.NONE)
        for one in relays
    ]
    since = timezone.now().date() - timedelta(days=30)
    sent = (
        DailyAggregate.objects.filter(brand__in=brands, kind="sent", day__gte=since)
        .exclude(key="")
        .values("key")
        .annotate(number=Sum("number"))
    )
    found += [DataRecipient(kind="provider", name=one["key"]) for one in sent.order_by("-number", "key")[:PROVIDERS]]
    found += [
        DataRecipient(kind="mailbox", name=f"{one.name} ({one.host})", encrypted=one.security != Mailbox.Security.NONE)
        for one in boxes
    ]
    domains = sorted({brand.mailbox.rpartition("@")[2] for brand in brands if brand.mailbox})
    found += [DataRecipient(kind="forward", name=domain) for domain in domains]
    found += [
        DataRecipient(kind="hook", name=name) for name in sorted(one.name for one in list_webhooks() if one.configured)
    ]
    host = urlsplit(settings.ESMERO.database_url).hostname or ""
    if host not in _LOCAL:
        found.append(DataRecipient(kind="database", name=host))
    return found


def _find_measures(
    brands: list[Brand], *, relays: list[Relay], boxes: list[Mailbox], signing_up: bool
) -> dict[str, bool]:
    """Return each measure with whether it is active; a measure without an object is left out."""
    passwords = [one.password for one in relays if one.password]
    measures = {
        "https": settings.ESMERO.secure and settings.ESMERO.public_url.startswith("https://"),
        "two-factor": needs_two_factor(),
        "roles": User.objects.exclude(role=User.Role.OWNER).exists(),
        "audit": True,
        "hashes": True,
        "strict-pages": bool(settings.SECURE_CSP) and not settings.DEBUG,
        "retention": not settings.ESMERO.demo and Retention.objects.filter(looked_at__isnull=False).exists(),
    }
    if relays:
        measures["relays-encrypted"] = all(one.security != Relay.Security.NONE for one in relays)
    if passwords:
        measures["passwords-encrypted"] = all(is_encrypted(one) for one in passwords)
    if boxes:
        measures["mailboxes-encrypted"] = all(one.security != Mailbox.Security.NONE for one in boxes)
    if brands:
        measures["signatures"] = all(_signs(brand, relays=relays) for brand in brands)
    if signing_up:
        measures["double-opt-in"] = True
    return measures


def _signs(brand: Brand, *, relays: list[Relay]) -> bool:
    """Return whether the brand's mail is DKIM-signed: by an existing key, or by every relay that it may use."""
    usable = [one for one in relays if one.brand_id in (None, brand.pk)]
    if usable and all(one.relay_signs for one in usable):
        return True
    if not (brand.dkim_domain and brand.dkim_selector):
        return False
    return dkim_path(settings.HOME, domain=brand.dkim_domain, selector=brand.dkim_selector).is_file()
