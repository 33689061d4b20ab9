"""Show background work: jobs by state, reactions that fail, and messages in doubt for a person to decide."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from esmero.campaigns.lifecycle import reopen_for_retry
from esmero.house.audit import note
from esmero.house.happening_queries import list_troubles, try_again
from esmero.house.models import User
from esmero.lists.paging import cut_page, read_key
from esmero.mailroom.arriving.queries import count_arrivals, count_due, list_failed
from esmero.mailroom.models import Inbound
from esmero.outbox.journal_recovery import resolve_doubt
from esmero.outbox.models import Message
from esmero.outbox.queries import count_states, count_undecided, list_doubts
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import read_brand, show, show_part, wants_part
from esmero.web.console.settings.job_lines import describe_jobs, list_job_tabs
from esmero.web.files.serving import serve_stored
from esmero.web.parts.components.rates import fill
from esmero.web.parts.row_ids import read_row_id
from esmero.work.jobs import cancel, retry
from esmero.work.models import Job
from esmero.work.queries import count_jobs, list_jobs
from esmero.work.wakeups import wake

PAGE = 30
MOST_DOUBTS = 1000
_ACTIONS = {"retry": retry, "cancel": cancel}


@requires()
def work(request: HttpRequest) -> HttpResponse:
    """Show long jobs by state, due rows, unreadable mail and messages in doubt."""
    brand = read_brand(request)
    state = request.GET.get("state", "")
    key = read_key(request.GET.get("after"), kinds=(int,))
    rows = list_jobs(
        state=state if state in Job.State.values else "", before=int(key[0]) if key else None, limit=PAGE + 1
    )
    numbers, page = count_jobs(), cut_page(rows, size=PAGE, key=lambda job: (job.pk,))
    jobs = {
        "page": page,
        "jobs": describe_jobs(page.rows),
        "job_tabs": list_job_tabs(numbers, state=state),
        "moving": bool(numbers.get(Job.State.RUNNING) or numbers.get(Job.State.WAITING)),
    }
    if wants_part(request):
        return show_part(request, "console/settings/work/jobs.html", **jobs)
    return show(
        request,
        "console/settings/work.html",
        subject="work",
        doubts=list_doubts(brand=brand, limit=50) if brand else [],
        doubts_number=count_undecided(brand=brand).get(Message.State.DOUBT, 0) if brand else 0,
        due=count_due(),
        states=count_states(),
        arrivals=_list_arrivals(),
        unread=list_failed(limit=20),
        reactions=list_troubles(),
        **jobs,
    )


def _list_arrivals() -> list[tuple[str, int]]:
    """Return the numbers of inbound mails by state, in words."""
    numbers = count_arrivals()
    named = [
        ("new", _("To be read")),
        ("done", _("Read and dealt with")),
        ("failed", _("Could not be dealt with")),
    ]
    return [(words, numbers.get(code, 0)) for code, words in named]


@require_POST
@requires("work.retry")
def act_on_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Resume a failed job, or cancel a waiting one."""
    job = get_object_or_404(Job, pk=pk)
    act = request.POST.get("act", "")
    if act not in _ACTIONS:
        raise Http404
    with transaction.atomic():
        _ACTIONS[act](job)
        note(f"job.{act}", by=staff(request), subject=job)
    return redirect("console:work")


@require_POST
@requires("doubts.resolve")
def decide_doubt(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide a message in doubt: delivered, or to be sent again with the same Message-ID."""
    message = get_object_or_404(Message, pk=pk)
    if not _decide(message, sent=request.POST.get("sent") == "yes", by=staff(request)):
        messages.warning(request, _("Somebody else decided this one first."))
    return redirect("console:work")


@require_POST
@requires("doubts.resolve")
def decide_doubts(request: HttpRequest) -> HttpResponse:
    """Decide the ticked messages, or all of the brand, alike."""
    brand = read_brand(request)
    sent = request.POST.get("sent") == "yes"
    picked = [read_row_id(value) for value in request.POST.getlist("pick")]
    rows = Message.objects.filter(dispatch__brand=brand, state=Message.State.DOUBT).order_by("id")
    if request.POST.get("scope") != "all":
        rows = rows.filter(pk__in=picked[:MOST_DOUBTS])
    chosen = list(rows[:MOST_DOUBTS])
    if not chosen:
        messages.error(request, _("Tick at least one message."))
        return redirect("console:work")
    decided = sum(_decide(message, sent=sent, by=staff(request)) for message in chosen)
    arrived = ngettext("%(number)d message counts as arrived.", "%(number)d messages count as arrived.", decided)
    again = ngettext("%(number)d message goes again.", "%(number)d messages go again.", decided)
    messages.success(request, fill(arrived if sent else again, number=decided))
    return redirect("console:work")


def _decide(message: Message, *, sent: bool, by: User) -> bool:
    with transaction.atomic():
        moved = resolve_doubt(message, sent=sent, by=by.name, now=timezone.now())
        if moved:
            if not sent:
                reopen_for_retry(message.dispatch_id)  # it may be closed, for a doubt is at rest
            note("doubt.decided", by=by, facts={"number": message.pk, "sent": sent})
    return moved


@require_POST
@requires("work.retry")
def deliver_again(request: HttpRequest, function: str) -> HttpResponse:
    """Make the failing deliveries of a function due now."""
    number = try_again(function, by=staff(request))
    text = ngettext("%(number)d is tried again in a moment.", "%(number)d are tried again in a moment.", number)
    messages.success(request, fill(text, number=number))
    return redirect("console:work")


@requires("work.retry")
def download_inbound(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return the unchanged bytes of a mail that could not be parsed."""
    inbound = get_object_or_404(Inbound.objects.select_related("raw"), pk=pk)
    return serve_stored(request, inbound.raw, permission="work.retry", name=f"inbound-{inbound.pk}.eml")


@require_POST
@requires("work.retry")
def read_inbound_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue an inbound mail for another attempt to parse it."""
    inbound = get_object_or_404(Inbound, pk=pk)
    with transaction.atomic():
        # The state in the condition lets only one of several clicks succeed.
        moved = Inbound.objects.filter(pk=inbound.pk, state=Inbound.State.FAILED).update(
            state=Inbound.State.NEW, due_at=timezone.now(), tries=0, trouble=""
        )
        if moved:
            note("inbound.again", by=staff(request), facts={"number": inbound.pk})
            wake(Inbound)
    messages.success(request, _("The worker reads it again in a moment."))
    return redirect("console:work")
