"""Say above a campaign's page when and by whom it was made, and offer the acts of its state."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.campaigns.models import Campaign
from esmero.campaigns.queries import Progress
from esmero.web.parts.components.rates import fill, fill_markup
from esmero.web.parts.components.template_tags import quoted, said
from esmero.web.parts.components.times import format_time
from esmero.web.parts.tags.links import ActButton

State = Campaign.State
_ENDED = frozenset({State.DONE, State.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignActs:
    """Hold the acts of a campaign: the link to its form ("" without one), its buttons, and those under More."""

    edit_words: str
    edit_variant: str
    buttons: Sequence[ActButton]
    more: Sequence[ActButton]


def describe_origin(campaign: Campaign) -> list[tuple[str, object]]:
    """Return the phrases under the title, for the tag `dotted`: topic and people, start and maker, reason."""
    topic, reason, who = said(campaign.topic.name), said(campaign.reason), campaign.created_by
    time = format_time(campaign.started_at, "time")
    to = (
        fill_markup(_("%(topic)s to %(segment)s"), topic=topic, segment=campaign.segment.name)
        if campaign.segment
        else topic
    )
    if time and who:
        made: object = fill_markup(_("started %(time)s, made by %(who)s"), time=time, who=who)
    elif time:
        made = fill_markup(_("started %(time)s"), time=time)
    else:
        made = fill_markup(_("made by %(who)s"), who=who) if who else ""
    return [("", to), ("", made), ("", quoted(reason) if reason else "")]


def offer_acts(
    campaign: Campaign, *, to_get: int, failed: int, progress: Progress | None, missing: Sequence[str]
) -> CampaignActs:
    """Offer the acts of a campaign; `failed` messages may be tried again."""
    state = campaign.state
    lacks = state == State.DRAFT and bool(missing)
    changeable = state in {State.DRAFT, State.CHECKED}
    return CampaignActs(
        edit_words=_("Fill in what is missing") if lacks else _("Change") if changeable else "",
        edit_variant="" if lacks else "outline",
        buttons=_list_buttons(state, to_get=to_get, lacks=lacks),
        more=[
            *([_offer_retry(failed)] if failed else []),
            *([_offer_cancel(progress)] if state not in _ENDED else []),
        ],
    )


def _list_buttons(state: str, *, to_get: int, lacks: bool) -> list[ActButton]:
    match state:
        case State.DRAFT if not lacks:
            return [ActButton(words=_("See who would get it"), value="check")]
        case State.CHECKED:
            again = ActButton(words=_("Check again"), value="check", variant="outline")
            return [again, _offer_start(to_get)] if to_get else [again]
        case State.RUNNING:
            return [ActButton(words=_("Pause"), value="pause", variant="outline")]
        case State.PAUSED:
            return [ActButton(words=_("Go on"), value="resume")]
    return []


def _offer_start(to_get: int) -> ActButton:
    words = ngettext("Send to %(shown)s person", "Send to %(shown)s people", to_get)
    ask = ngettext("Send it to %(shown)s person now?", "Send it to %(shown)s people now?", to_get)
    return ActButton(words=fill(words, shown=to_get), value="start", ask=fill(ask, shown=to_get))


def _offer_retry(failed: int) -> ActButton:
    words = ngettext("Try %(shown)s failed message again", "Try %(shown)s failed messages again", failed)
    ask = ngettext(
        "%(shown)s message was given up without having returned for good. The gate is asked about it again, and it"
        " leaves at once if it may. Try it?",
        "%(shown)s messages were given up without having returned for good. The gate is asked about each again, and"
        " they leave at once if they may. Try them?",
        failed,
    )
    return ActButton(
        words=fill(words, shown=failed),
        value="retry",
        variant="word",
        symbol="refresh-cw",
        ask=fill(ask, shown=failed),
    )


def _offer_cancel(progress: Progress | None) -> ActButton:
    words, ask = _("Cancel the campaign"), _("Nothing has left yet. Cancel this campaign for good?")
    if progress:
        number = progress.to_leave
        ends = ngettext(
            "%(shown)s person will not get it. What has left stays sent. End it for good?",
            "%(shown)s people will not get it. What has left stays sent. End it for good?",
            number,
        )
        ask = fill(ends, shown=number)
        if number:
            words = fill(ngettext("End it for %(shown)s person", "End it for %(shown)s people", number), shown=number)
    return ActButton(words=words, value="cancel", variant="word", is_grave=True, ask=ask)
