"""Describe the part of a campaign's page that changes by itself: its progress or notice, and the tabs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.campaigns.models import Campaign
from esmero.campaigns.queries import CampaignStatistics, Progress
from esmero.web.parts.components.rates import fill, fill_markup, format_number
from esmero.web.parts.components.times import format_time
from esmero.web.parts.tags.cards import PageTab
from esmero.work.models import Job

# States that change without a user's action; the page polls in them.
LIVE = frozenset({"checking", "planning", "running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveNotice:
    """Describe the notice above the tabs; `links` are pairs of address and words, `test_url` sends a test."""

    state: str
    title: str
    text: str
    links: Sequence[tuple[str, str]] = ()
    points: Sequence[str] = ()
    test_url: str = ""
    test_words: str = ""
    is_box: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingProgress:
    """Describe a running or ended campaign; `counts` are pairs of address (or "") and words."""

    left: int
    total: int
    broken: int
    pace: str
    counts: Sequence[tuple[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparingProgress:
    """Describe the job of a dry run or of the planning; `share` is "" before its total is known."""

    words: str
    share: str
    done: int
    total: int
    is_failed: bool
    is_waiting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """Describe the live part; at most one of `sending`, `preparing` and `notice` is given."""

    tabs: Sequence[PageTab]
    poll_url: str = ""
    sending: SendingProgress | None = None
    preparing: PreparingProgress | None = None
    notice: LiveNotice | None = None
    promotion: Sequence[tuple[str, int]] = ()
    is_unchecked: bool = False


def describe_live(
    campaign: Campaign,
    *,
    tab: str,
    account: CampaignStatistics | None,
    verdicts: Mapping[str, int],
    waits: Sequence[tuple[str, str, int]],
    missing: Sequence[str],
    may_test: bool,
) -> LiveState:
    """Describe the live part of a campaign in its state.

    `account` are the statistics of a started campaign, None before it starts and while they are uncounted.
    `verdicts` are the numbers of people of the keys to_get, left_out and wait; `waits` are (code, words, number).
    """
    url = reverse("console:campaign", args=[campaign.pk])
    test_url = f"{url}?tab=message" if may_test and tab != "message" else ""
    state, counts = campaign.state, campaign.counts
    sending = preparing = notice = None
    if account is not None and state != Campaign.State.PLANNING:
        sending = _describe_sending(campaign, account)
    elif state in {Campaign.State.CHECKING, Campaign.State.PLANNING}:
        preparing = _describe_preparing(campaign)
    elif state == Campaign.State.CHECKED:
        notice = _describe_verdicts(url, verdicts=verdicts, waits=waits, test_url=test_url)
    elif campaign.dispatch_id is not None:
        text = _("The numbers of a large campaign appear within a minute.")
        notice = LiveNotice(state="info", title=_("Being counted."), text=text)
    elif state == Campaign.State.DRAFT:
        notice = _describe_draft(missing, test_url=test_url)
    return LiveState(
        tabs=_list_tabs(campaign, tab=tab),
        poll_url=f"{url}?tab={tab}&was={state}" if state in LIVE else "",
        sending=sending,
        preparing=preparing,
        notice=notice,
        promotion=list(counts.get("promotion", {}).items()) if state == Campaign.State.CHECKED and not sending else (),
        is_unchecked=not any(verdicts[key] for key in ("to_get", "left_out")) and state != Campaign.State.CHECKING,
    )


def _describe_sending(campaign: Campaign, account: CampaignStatistics) -> SendingProgress:
    progress = account.progress
    counts = _list_counts(campaign, progress)
    if account.statistics.is_stored:
        time = format_time(progress.at, "second")
        counts.append(("", fill_markup(_("counted %(time)s"), time=time)))
    pace = ""
    if progress.per_minute:
        pace = fill(_("%(pace)s a minute"), pace=progress.per_minute)
        if progress.minutes_left:
            pace = f"{pace} · {fill(_('about %(minutes)s min left'), minutes=progress.minutes_left)}"
    return SendingProgress(
        left=progress.left, total=progress.total, broken=progress.returned_for_good, pace=pace, counts=counts
    )


def _list_counts(campaign: Campaign, progress: Progress) -> list[tuple[str, object]]:
    """Return (address, words) of each count; given-up and cancelled messages are named only where there are some."""
    people, states = reverse("console:campaign-people", args=[campaign.pk]), progress.states
    bad, gone, ended = progress.returned_for_good, states.get("gave-up", 0), states.get("cancelled", 0)
    waiting, doubt = states.get("waiting", 0), states.get("doubt", 0)
    returned = ngettext("%(shown)s returned for good", "%(shown)s returned for good", bad)
    given_up = ngettext("%(shown)s given up", "%(shown)s given up", gone)
    cancelled = ngettext("%(shown)s cancelled", "%(shown)s cancelled", ended)
    named = [
        (bad, "outcome=4", fill(returned, shown=bad)),
        (waiting, "state=waiting", fill(_("%(number)s to be tried again"), number=waiting)),
        (doubt, "state=doubt", fill(_("%(number)s in doubt"), number=doubt)),
        *([(gone, "state=gave-up", fill(given_up, shown=gone))] if gone else []),
        *([(ended, "state=cancelled", fill(cancelled, shown=ended))] if ended else []),
    ]
    return [(f"{people}?{query}" if number else "", words) for number, query, words in named]


def _describe_preparing(campaign: Campaign) -> PreparingProgress:
    job = campaign.job
    is_check = campaign.state == Campaign.State.CHECKING
    return PreparingProgress(
        words=_("Asking the gate about each person") if is_check else _("Writing down each message"),
        share=fill(_("%(done)s of %(total)s"), done=job.done, total=job.total) if job and job.total else "",
        done=job.done or 0 if job else 0,
        total=job.total or 0 if job else 0,
        is_failed=job is not None and job.state == Job.State.FAILED,
        is_waiting=job is not None and job.state == Job.State.WAITING,
    )


def _describe_verdicts(
    url: str, *, verdicts: Mapping[str, int], waits: Sequence[tuple[str, str, int]], test_url: str
) -> LiveNotice:
    to_get, left_out, wait = verdicts["to_get"], verdicts["left_out"], verdicts["wait"]
    title = ngettext("%(shown)s person would get it.", "%(shown)s people would get it.", to_get)
    out = ngettext(
        "%(shown)s is left out, with the reason below.",
        "%(shown)s are left out, each with the reason below.",
        left_out,
    )
    later = ngettext("%(shown)s waits a few hours.", "%(shown)s wait a few hours.", wait)
    sentences = [fill(out, shown=left_out), *([fill(later, shown=wait)] if wait else [])]
    return LiveNotice(
        state="kept" if to_get else "wait",
        title=fill(title, shown=to_get),
        text=" ".join(sentences),
        links=[
            (f"{url}?tab=people&outcome=wait&reason={code}", f"{words}: {format_number(number)}")
            for code, words, number in waits
        ],
        test_url=test_url,
        test_words=_("Send yourself a test first"),
    )


def _describe_draft(missing: Sequence[str], *, test_url: str) -> LiveNotice:
    if missing:
        needs = {
            "template": _("a template: what is said"),
            "segment": _("people to write to"),
            "reason": _("the reason why it is worth their time"),
        }
        text = _("Before anybody can be asked about, it still needs:")
        return LiveNotice(
            state="wait", title=_("A draft."), text=text, points=[needs[one] for one in missing], is_box=True
        )
    return LiveNotice(
        state="wait",
        title=_("A draft."),
        text=_("Next: see who would get it. Nothing is sent by that."),
        test_url=test_url,
        test_words=_("Or send yourself a test first"),
        is_box=True,
    )


def _list_tabs(campaign: Campaign, *, tab: str) -> list[PageTab]:
    url, audience = reverse("console:campaign", args=[campaign.pk]), int(campaign.counts.get("audience") or 0)
    people = reverse("console:campaign-people", args=[campaign.pk])
    named = [
        ("overview", url, _("Overview"), ""),
        ("people", people, _("People"), format_number(audience) if audience else ""),
        ("message", f"{url}?tab=message", _("Message"), ""),
        ("record", f"{url}?tab=record", _("Record"), ""),
    ]
    return [PageTab(url=to, words=words, current=tab == code, count=count) for code, to, words, count in named]
