"""Describe the cards of a person's page: accounts in the customer area, merges, proposed addresses, silences, tags."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from esmero.accounts.models import CustomerAccount
from esmero.people.models import ContactPoint, Merge, Person, Proposal, Suppression
from esmero.web.console.returns.address_proposals import evidence_link
from esmero.web.parts.components.template_tags import language_name, on, word
from esmero.web.parts.tags.links import link


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """Describe one account; `correctable` while nobody has used it, so that its address may be changed."""

    pk: int
    name: str
    user_name: str
    note: str
    is_open: bool
    correctable: bool

    @property
    def field_id(self) -> str:
        return f"user-name-{self.pk}"

    @property
    def look(self) -> str:
        return "kept" if self.is_open else "plain"

    @property
    def state(self) -> str:
        return pgettext("account", "open") if self.is_open else pgettext("account", "closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeLine:
    """Describe one merge in force: a link to the other person, who merged and when, the question before undoing it."""

    pk: int
    other: str
    note: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """Describe one proposed address; `accept` and `refuse` are the values of its buttons."""

    address: str
    kind: str
    note: str
    quote: str
    accept: str
    refuse: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceLine:
    """Describe one suppression of an address and its evidence."""

    words: str
    evidence: str


def describe_head(person: Person) -> list[str]:
    """Return the facts under the name: number, organisation, language, first day."""
    organisation = person.organisation
    facts = [
        person.number,
        link(organisation.name, "console:organisation", organisation.pk) if organisation else "",
        _("writes %(language)s") % {"language": language_name(person.language)} if person.language else "",
        _("known since %(day)s") % {"day": on(person.created_at, "day")},
    ]
    return [fact for fact in facts if fact]


def find_phone(points: Sequence[ContactPoint]) -> str:
    """Return the first usable telephone number, as dialled; "" without one."""
    usable = (one for one in points if one.kind == ContactPoint.Kind.PHONE and one.usable)
    return next((one.facts.get("e164") or one.value for one in usable), "")


def list_accounts(person: Person) -> list[AccountLine]:
    """Return the accounts of a person, the oldest first; one query."""
    rows = CustomerAccount.objects.select_related("user").filter(person=person).order_by("id")
    return [_describe_account(one, person=person) for one in rows]


def list_merges(merges: Sequence[Merge], *, person: Person) -> list[MergeLine]:
    """Return the merges from the side of a person."""
    return [_describe_merge(one, person=person) for one in merges]


def list_proposals(proposals: Sequence[Proposal]) -> list[ProposalLine]:
    """Return the proposed addresses, each with a link to the mail that named it."""
    return [
        ProposalLine(
            address=one.address,
            kind=one.kind,
            note=format_html("{} · {}", on(one.found_at, "short"), evidence_link(one)),
            quote=one.words,
            accept=f"accept-{one.pk}",
            refuse=f"refuse-{one.pk}",
        )
        for one in proposals
    ]


def list_silences(silences: Sequence[Suppression]) -> list[SilenceLine]:
    """Return the suppressions: reason, scope and day."""
    return [
        SilenceLine(
            words=" · ".join(
                (
                    word(one.reason, "silence"),
                    word(one.scope, "scope"),
                    _("since %(day)s") % {"day": on(one.since, "short")},
                )
            ),
            evidence=one.evidence,
        )
        for one in silences
    ]


def _describe_account(account: CustomerAccount, *, person: Person) -> AccountLine:
    user = account.user
    if user.last_login:
        used = _("last signed in on %(day)s") % {"day": on(user.last_login, "short")}
    else:
        used = _("has never signed in")
    lines = [user.email, used] if user.username else [used]
    return AccountLine(
        pk=account.pk,
        name=user.username or user.email,
        user_name=user.username or "",
        note=format_html_join("", '<br><span class="soft small">{}</span>', ((line,) for line in lines)),
        is_open=user.is_active,
        correctable=bool(user.is_active and person.address and not user.last_login and not user.has_usable_password()),
    )


def _describe_merge(merge: Merge, *, person: Person) -> MergeLine:
    other = merge.kept if merge.gone_id == person.pk else merge.gone
    question = _(
        "Make two people of %(kept)s and %(gone)s again? Each gets back what was theirs; what is new since then stays "
        "with %(kept)s."
    )
    return MergeLine(
        pk=merge.pk,
        other=link(other, "console:person", other.pk),
        note=f"{merge.by}, {on(merge.at, 'short')}",
        question=question % {"kept": merge.kept, "gone": merge.gone},
    )
