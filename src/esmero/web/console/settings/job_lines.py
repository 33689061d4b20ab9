"""Describe background jobs as lines of the page of work, and the tabs of their states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.web.labels.work import label_job
from esmero.web.parts.components.rates import fill
from esmero.web.parts.tags.cards import PageTab
from esmero.web.parts.tags.links import ActButton
from esmero.work.models import Job

State = Job.State
_STOPPABLE = frozenset({State.WAITING, State.RUNNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """Describe one job: `about` its object, author and tries, `share` its progress; `acts` is empty if it has ended."""

    pk: int
    at: datetime
    kind: str
    name: str
    about: str
    state: str
    done: int
    total: int
    is_drawn: bool
    share: str
    trouble: str
    why: str
    acts: Sequence[ActButton]


def describe_job(job: Job, *, now: datetime) -> JobLine:
    """Describe a job; the time left of a running one is extrapolated from its progress."""
    parts = [fill(_("no. %(number)s"), number=str(job.subject_id or job.pk))]
    if job.created_by:
        parts.append(str(job.created_by))
    if job.tries:
        tries = ngettext("%(tries)s failed try", "%(tries)s failed tries", job.tries)
        parts.append(fill(tries, tries=job.tries))
    share, left = "", _measure_left(job, now=now)
    if job.total:
        share = fill(_("%(done)s of %(total)s"), done=job.done, total=job.total)
        if left:
            share = f"{share} · {fill(_('about %(minutes)s min left'), minutes=left)}"
    return JobLine(
        pk=job.pk,
        at=job.created_at,
        kind=job.kind,
        name=label_job(job.kind),
        about=" · ".join(parts),
        state=job.state,
        done=job.done,
        total=job.total or 0,
        is_drawn=bool(job.total) and job.state == State.RUNNING,
        share=share,
        trouble=job.trouble,
        why=_("Why work number %(number)s failed") % {"number": job.pk},
        acts=_offer_acts(job.state),
    )


def list_job_tabs(numbers: Mapping[str, int], *, state: str) -> list[PageTab]:
    """Return the tabs of all jobs and of three states with their numbers; `state` is the chosen one."""
    named = [(State.RUNNING, _("Running")), (State.WAITING, _("Waiting")), (State.FAILED, _("Failed"))]
    return [
        PageTab(url="?", words=_("All"), current=not state, count=None),
        *(
            PageTab(url=f"?state={code}", words=words, current=state == code, count=numbers.get(code, 0))
            for code, words in named
        ),
    ]


def describe_jobs(jobs: Sequence[Job]) -> list[JobLine]:
    """Describe jobs as of now."""
    now = timezone.now()
    return [describe_job(job, now=now) for job in jobs]


def _measure_left(job: Job, *, now: datetime) -> int:
    """Return the minutes left of a running job, 0 if they are not known."""
    if job.state != State.RUNNING or not (job.total and job.done and job.started_at):
        return 0
    pace = (now - job.started_at).total_seconds() / job.done
    return max(1, round(pace * (job.total - job.done) / 60))


def _offer_acts(state: str) -> list[ActButton]:
    if state == State.FAILED:
        return [ActButton(words=_("Go on where it was"), value="retry", variant="word")]
    if state in _STOPPABLE:
        return [ActButton(words=_("Stop"), value="cancel", variant="word", is_grave=True)]
    return []
