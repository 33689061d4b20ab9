"""Work: what runs, waits and failed, and why; and the messages whose fate a person must decide."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.house.audit import note
from esmero.mailroom.queries import count_arrivals, list_unread
from esmero.outbox.models import Message
from esmero.outbox.queries import count_states, list_doubts
from esmero.outbox.settling import resolve_doubt
from esmero.web.console.access import requires, staff
from esmero.web.console.page import read_brand, show, show_part, wants_part
from esmero.web.parts.paging import cut_page, read_key
from esmero.work.jobs import cancel, retry
from esmero.work.models import Job
from esmero.work.queries import count_jobs, list_jobs

PAGE = 30
_ACTS = {"retry": retry, "cancel": cancel}


@requires()
def work(request: HttpRequest) -> HttpResponse:
    """Show the long jobs by state, the rows that are due, mail that could not be read, and doubts."""
    brand = read_brand(request)
    state = request.GET.get("state", "")
    key = read_key(request.GET.get("after"), kinds=(int,))
    rows = list_jobs(
        state=state if state in Job.State.values else "", before=int(key[0]) if key else None, limit=PAGE + 1
    )
    jobs = {"page": cut_page(rows, size=PAGE, key=lambda job: (job.pk,)), "numbers": count_jobs(), "state": state}
    if wants_part(request):
        return show_part(request, "console/settings/work.html#jobs", **jobs)
    return show(
        request,
        "console/settings/work.html",
        subject="work",
        doubts=list_doubts(brand=brand, limit=50) if brand else [],
        states=count_states(),
        arrivals=count_arrivals(),
        unread=list_unread(limit=20),
        **jobs,
    )


@require_POST
@requires("work.retry")
def act_on_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a failed job go on where it was, or take a waiting one out of the row."""
    job = get_object_or_404(Job, pk=pk)
    act = request.POST.get("act", "")
    if act not in _ACTS:
        raise Http404
    with transaction.atomic():
        _ACTS[act](job)
        note(f"job.{act}", by=staff(request), subject=job)
    return redirect("console:work")


@require_POST
@requires("doubts.resolve")
def decide_doubt(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide a message in doubt: it has arrived, or it goes again with the same Message-ID."""
    message = get_object_or_404(Message, pk=pk)
    sent = request.POST.get("sent") == "yes"
    if not resolve_doubt(message, sent=sent, by=staff(request).name, now=timezone.now()):
        messages.warning(request, _("Somebody else decided this one first."))
    return redirect("console:work")
