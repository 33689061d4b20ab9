"""Describe the rights of one person: each topic by channel with its proof, and the topics allowed in one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.people.models import Channel, PermissionEntry
from esmero.people.permissions.current_permissions import ChannelRight, TopicRights
from esmero.web.parts.components.template_tags import on, said, word
from esmero.web.parts.components.times import format_time

MOST_NAMED = 6  # topics; longer lists are cut


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFact:
    """Hold one fact of a ledger entry; `wrap` lets a long value break anywhere."""

    name: str
    value: str
    wrap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RightLine:
    """Describe one line of the card "What we may do"; `facts` are the proof, empty without a ledger entry."""

    allowed: bool
    words: str
    facts: Sequence[ProofFact] = ()

    @property
    def icon(self) -> str:
        return "check" if self.allowed else "minus"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTopics:
    """Name the topics allowed by e-mail, those not allowed, and those allowed on other channels (channel, topics)."""

    allowed: str = ""
    not_allowed: str = ""
    elsewhere: Sequence[tuple[str, str]] = ()


def list_right_lines(
    rights: Sequence[TopicRights], *, recorders: Mapping[int, str], reachable: bool
) -> tuple[list[RightLine], list[RightLine]]:
    """Return the lines to show and those to fold: rights without a ledger entry, if there are many.

    `recorders` names the staff member of an entry by its id. The first line is mail about the contract, which needs
    no permission but an address that is `reachable`.
    """
    lines = [
        _describe_right(each, right, by=recorders.get(right.entry.pk, "") if right.entry else "")
        for each in rights
        for right in each.rights
    ]
    proved = [line for line in lines if line.facts]
    never = [line for line in lines if not line.facts]
    contract = format_html("<span>{}</span>", _("Mail about their contract and questions"))
    first = RightLine(allowed=reachable, words=contract)
    return ([first, *proved, *never], []) if len(never) <= MOST_NAMED else ([first, *proved], never)


def name_topics(rights: Sequence[TopicRights]) -> NamedTopics:
    """Return the names of the topics, by what is allowed of them."""
    elsewhere = [
        (channel.value, _name_some(names))
        for channel in (Channel.POST, Channel.PHONE, Channel.PORTAL)
        if (names := [said(one.topic.name) for one in rights if _allows(one, channel)])
    ]
    return NamedTopics(
        allowed=_name_some([said(one.topic.name) for one in rights if one.by_mail.allowed]),
        not_allowed=_name_some([said(one.topic.name) for one in rights if not one.by_mail.allowed]),
        elsewhere=elsewhere,
    )


def _name_some(names: list[str]) -> str:
    """Join names; of a long list the first few, with the number of the others."""
    more = len(names) - MOST_NAMED
    if more <= 1:
        return ", ".join(names)
    return _("%(names)s and %(number)d more") % {"names": ", ".join(names[:MOST_NAMED]), "number": more}


def _allows(one: TopicRights, channel: str) -> bool:
    return any(right.allowed for right in one.rights if right.channel == channel)


def _describe_right(each: TopicRights, right: ChannelRight, *, by: str) -> RightLine:
    topic = said(each.topic.name)
    if right.channel != Channel.EMAIL:
        topic = f"{topic} ({word(right.channel, 'channel')})"
    state = word(right.state, "permission")
    if right.since:
        state = f"{state}, {on(right.since, 'short')}"
    if right.allowed:
        state = f"{state} ({word(right.basis, 'basis')}){_describe_gap(each)}"
    words = format_html('<span>{} <span class="soft">— {}</span></span>', topic, state)
    facts = _list_proof(right.entry, by=by) if right.entry else ()
    return RightLine(allowed=right.allowed, words=words, facts=facts)


def _describe_gap(each: TopicRights) -> str:
    gap = each.preference.minimum_gap
    if not gap or not gap.days:
        return ""
    return "; " + ngettext("at most one in %(days)s day", "at most one in %(days)s days", gap.days) % {"days": gap.days}


def _list_proof(entry: PermissionEntry, *, by: str) -> list[ProofFact]:
    """Return the facts of a ledger entry: act, wording, source, file and record."""
    wording = f"“{entry.wording}”" if entry.wording else ""
    if wording and entry.wording_version:
        wording = f"{wording} ({entry.wording_version})"
    recorder = by or (_("by themselves") if entry.by_person else "")
    recorded = format_time(entry.recorded_at, "time")
    facts = [
        ProofFact(
            name=_("Said"),
            value=format_html("{}, {}", word(entry.act, "permission"), format_time(entry.at, "time")),
        ),
        ProofFact(name=_("Wording"), value=wording),
        ProofFact(name=_("Where from"), value=entry.source, wrap=True),
        ProofFact(name=_("Proof"), value=_link_proof(entry), wrap=True),
        ProofFact(name=_("Recorded"), value=format_html("{}, {}", recorded, recorder) if recorder else str(recorded)),
    ]
    return [fact for fact in facts if fact.value]


def _link_proof(entry: PermissionEntry) -> SafeString | str:
    """Return a link to the file that proves the entry, with the place in it; without a file only the place."""
    if entry.proof is None:
        return entry.proof_place
    address = reverse("console:proof", args=[entry.person_id, entry.pk])
    link = format_html('<a href="{}">{}</a>', address, entry.proof.name or _("file"))
    if entry.proof_place and entry.proof_place != entry.proof.name:
        return format_html("{}, {}", link, entry.proof_place)
    return link
