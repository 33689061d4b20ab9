"""Make the notices above a person: who they were merged into, whether we may write to them, a damaged name."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from esmero.people.models import Address, Merge, Person, Suppression
from esmero.web.console.people.persons.person_rights import NamedTopics
from esmero.web.parts.components.template_tags import on, word
from esmero.web.parts.tags.cards import Notice


def list_person_notices(
    person: Person,
    *,
    merges: Sequence[Merge] = (),
    silences: Sequence[Suppression] = (),
    topics: NamedTopics,
    paused: datetime | None = None,
) -> list[Notice]:
    """Return the notices of a person in the order shown; at most one says whether we may write to them.

    `merges` are those in force, `silences` those of the address, `paused` the end of a pause that the person asked
    for. No query.
    """
    found = [_tell_merge(one) for one in merges if one.gone_id == person.pk]
    standing = _tell_standing(person, silences=silences, topics=topics, paused=paused)
    if standing:
        found.append(standing)
    if person.name_is_damaged:
        text = _("Greetings go without the name until somebody mends it.")
        found.append(Notice("wait", _("A letter of the name was lost."), text))
    return found


def _tell_merge(merge: Merge) -> Notice:
    told = _('This is <a href="%(url)s">%(name)s</a> now; %(by)s merged them on %(day)s.') % {
        "url": reverse("console:person", args=[merge.kept_id]),
        "name": escape(str(merge.kept)),
        "by": escape(merge.by),
        "day": escape(on(merge.at, "day")),
    }
    return Notice("wait", _("Merged."), SafeString(told))


def _tell_standing(
    person: Person, *, silences: Sequence[Suppression], topics: NamedTopics, paused: datetime | None
) -> Notice | None:
    """Return the first that holds: erased, without address, silent, failing, paused, allowed, not allowed."""
    if person.state == Person.State.ERASED:
        return Notice("broken", _("No longer active."), _("Nothing is sent to this person."))
    if person.state == Person.State.MERGED:
        return None
    if person.address is None:
        return Notice("wait", _("No usable address."), _("Nothing can be sent by mail until there is one."))
    if person.address.standing == Address.Standing.SUPPRESSED:
        return Notice("broken", _("Silent."), _explain_silence(person.address, silences=silences))
    if person.address.standing == Address.Standing.FAILING:
        text = _("It is still tried; if it goes on, the address falls silent.")
        return Notice("wait", _("Mail returns for now."), text)
    if paused:
        title = _("Paused until %(day)s.") % {"day": on(paused, "day")}
        return Notice("wait", title, _("Until then only what cannot wait is sent."))
    return _tell_topics(topics)


def _explain_silence(address: Address, *, silences: Sequence[Suppression]) -> str:
    if silences and silences[0].reason == "staff":
        return _("Since %(day)s nothing goes to this address. %(why)s") % {
            "day": on(silences[0].since, "day"),
            "why": silences[0].evidence,
        }
    return _(
        "Mail to this address returned for good or was complained of on %(day)s: nothing more goes there. A new "
        "permission does not revive it; a new address does."
    ) % {"day": on(address.since, "day")}


def _tell_topics(topics: NamedTopics) -> Notice | None:
    by_channel = [
        _("By %(channel)s: %(topics)s.") % {"channel": word(channel, "channel"), "topics": names}
        for channel, names in topics.elsewhere
    ]
    if topics.allowed:
        title = _("We may write about: %(topics)s.") % {"topics": topics.allowed}
        others = [_("Not about: %(topics)s.") % {"topics": topics.not_allowed}] if topics.not_allowed else []
        return Notice("kept", title, " ".join([*others, *by_channel]))
    if topics.not_allowed:
        text = _("Only what belongs to their contract and their questions.")
        return Notice("wait", _("No advertising."), " ".join([text, *by_channel]))
    return None
