"""Describe the records of processing section by section, for a page and for the command line."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from esmero.privacy.processing_records import Controller, DataRecipient, ProcessingPurpose, ProcessingRecords
from esmero.web.labels.law.retention import DEEDS, KEPT, RULES
from esmero.web.labels.people import BASES
from esmero.web.parts.components.template_tags import said

type Words = str | Promise

PERSONS: Mapping[str, Words] = {
    "people": gettext_lazy("Customers and other people on file"),
    "sign-ups": gettext_lazy("People who sign up by a form"),
    "writers": gettext_lazy("People who write to us"),
    "staff": gettext_lazy("Staff who sign in"),
}
DATA: Mapping[str, Words] = {
    "names": gettext_lazy("Names and forms of address"),
    "numbers": gettext_lazy("Customer numbers"),
    "addresses": gettext_lazy("E-mail addresses and how they stand"),
    "languages": gettext_lazy("Languages and countries"),
    "organisations": gettext_lazy("Organisations that they belong to"),
    "contact-points": gettext_lazy("Telephone numbers, postal and other addresses"),
    "roles": gettext_lazy("Roles: customer, member, prospect and the like, with their days"),
    "tax-numbers": gettext_lazy("Tax numbers, and whether they are consumers"),
    "tags": gettext_lazy("Tags"),
    "notes": gettext_lazy("Notes of calls, visits and letters"),
    "permissions": gettext_lazy("Permissions, withdrawals and objections with their proof"),
    "messages": gettext_lazy("Messages that were sent, and what became of them: returns, clicks, replies"),
    "arrivals": gettext_lazy("Arrived mail"),
    "conversations": gettext_lazy("Conversations"),
    "log-ins": gettext_lazy("Names, addresses, roles and log-ins of the staff"),
}
RECIPIENTS: Mapping[str, Words] = {
    "relay": gettext_lazy("Relay that carries the mail"),
    "provider": gettext_lazy("Receives the mail of its users (last 30 days)"),
    "mailbox": gettext_lazy("Mailbox that replies are fetched from"),
    "forward": gettext_lazy("Receives forwarded replies"),
    "hook": gettext_lazy("Reports what became of messages"),
    "database": gettext_lazy("Machine of the database"),
}
MEASURES: Mapping[str, Words] = {
    "https": gettext_lazy("The console is open by HTTPS only"),
    "two-factor": gettext_lazy("Every member of staff needs a second factor"),
    "roles": gettext_lazy("Roles: not everybody may do everything"),
    "audit": gettext_lazy("Changes of consequence, and files of people, are written into the audit log"),
    "hashes": gettext_lazy("Addresses that are left alone are kept as keyed hashes"),
    "strict-pages": gettext_lazy("Pages load nothing from others and run no foreign script"),
    "retention": gettext_lazy("What is over its term of storage goes by itself"),
    "relays-encrypted": gettext_lazy("Every relay is reached encrypted"),
    "passwords-encrypted": gettext_lazy("Passwords of relays are encrypted in the database"),
    "mailboxes-encrypted": gettext_lazy("Every mailbox is read encrypted"),
    "signatures": gettext_lazy("Mail of every brand leaves signed (DKIM)"),
    "double-opt-in": gettext_lazy("Sign-ups count once they were confirmed by mail"),
}
_MISSING: Mapping[str, Words] = {
    "legal_name": pgettext_lazy("controller", "registered name"),
    "postal_address": pgettext_lazy("controller", "postal address"),
    "phone": pgettext_lazy("controller", "phone"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """Hold a part of the records: rows of (subject, text); `off` marks measures not in use."""

    key: str
    title: str
    rows: tuple[tuple[str, str], ...]
    lead: str = ""
    off: tuple[str, ...] = ()


def describe_records(records: ProcessingRecords) -> list[Section]:
    """Describe the records in the active language, in the order of art. 30(1)."""
    on = tuple((str(MEASURES[key]), "") for key, is_on in records.measures.items() if is_on)
    return [
        Section("controllers", _("Controllers"), tuple(_tell_controller(one) for one in records.controllers)),
        Section(
            "purposes",
            _("Purposes, and the grounds they may rest on"),
            tuple(_tell_aim(one) for one in records.purposes),
            _("What each mail to each person did rest on stands in its own record of permission."),
        ),
        Section("persons", _("Categories of persons"), tuple((str(PERSONS[key]), "") for key in records.persons)),
        Section(
            "data",
            _("Categories of data"),
            (
                *((str(DATA[key]), "") for key in records.data),
                *((said(field.label) or field.key, _("declared by the house")) for field in records.fields),
            ),
        ),
        Section("recipients", _("Recipients"), tuple(_tell_recipient(one) for one in records.recipients)),
        Section(
            "transfers",
            _("Transfers to third countries"),
            (),
            _(
                "This installation does not know where the machines of relays and mailbox providers stand. Whoever"
                " runs it adds what the contracts with them say."
            ),
        ),
        Section(
            "terms",
            _("Terms of storage"),
            (
                *(
                    (
                        str(RULES[one.code][0]),
                        ngettext("%(days)s day %(since)s: %(deed)s", "%(days)s days %(since)s: %(deed)s", one.days)
                        % {"days": one.days, "since": RULES[one.code][1], "deed": DEEDS[one.term.action]},
                    )
                    for one in records.terms
                ),
                *((str(what), str(why)) for what, why in KEPT),
            ),
        ),
        Section(
            "measures",
            _("Security measures that are on"),
            on,
            off=tuple(str(MEASURES[key]) for key, is_on in records.measures.items() if not is_on),
        ),
    ]


def _tell_controller(one: Controller) -> tuple[str, str]:
    brand = one.brand
    known = [brand.legal_name, brand.postal_address, brand.phone, brand.sender_address]
    words = ", ".join(part for part in known if part)
    if one.profile.authority:
        words += ". " + _("Supervisory authority: %(name)s") % {"name": one.profile.authority}
    if one.missing:
        words += ". " + _("Still missing: %(what)s") % {"what": ", ".join(str(_MISSING[key]) for key in one.missing)}
    return brand.name, words


def _tell_aim(one: ProcessingPurpose) -> tuple[str, str]:
    topics = ", ".join(said(topic.name) or topic.code for topic in one.topics)
    bases = ", ".join(str(BASES[basis]) for basis in one.bases)
    return f"{one.brand.name}: {said(one.purpose.name) or one.purpose.code}", f"{topics} – {bases}"


def _tell_recipient(one: DataRecipient) -> tuple[str, str]:
    words = str(RECIPIENTS[one.kind])
    if one.encrypted is False:
        words += ", " + _("not encrypted")
    return one.name, words
