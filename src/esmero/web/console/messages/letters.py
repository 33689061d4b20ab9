"""Show letters on paper: those that are due, print batches with their files, and letters that came back."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from esmero.house.audit import note
from esmero.house.jurisdictions import profile_of
from esmero.mailroom.composing.letters import reprint
from esmero.mailroom.sending.print_batches import MOST_LETTERS, PRINT, request_batch
from esmero.outbox.letters.batches import count_waiting, discard_batch, list_batches, post_batch, waiting_letters
from esmero.outbox.letters.returns import LetterReturnReason, list_returns, record_return
from esmero.outbox.models import Message, PrintBatch
from esmero.people.models import Channel
from esmero.refusal import Refusal
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import read_brand, show, show_part, wants_part
from esmero.web.console.undo.toast import offer_undo
from esmero.web.files.serving import serve_made, serve_stored
from esmero.web.labels.returns import LETTER_RETURN
from esmero.web.parts.components.rates import fill
from esmero.web.parts.tags.links import ActButton
from esmero.web.refusals.say import say
from esmero.work.models import Job

WAITING = 20
BATCHES = 30
RETURNS = 10
_GOING = (Job.State.WAITING, Job.State.RUNNING)


class ReturnForm(forms.Form):
    """Record that a letter came back."""

    number = forms.CharField(
        label=gettext_lazy("Number of the letter"),
        max_length=40,
        help_text=gettext_lazy("It stands above the address and at the foot of each page, such as 10452-7."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("What the post wrote on it"),
        choices=[(one.value, LETTER_RETURN[one]) for one in LetterReturnReason],
    )


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """Hold a batch for display, with the job that makes it, and whether its files are still there."""

    batch: PrintBatch
    job: Job | None
    has_files: bool

    @property
    def acts(self) -> list[ActButton]:
        """Return the acts of the batch's state."""
        found = []
        if self.batch.state == PrintBatch.State.PRINTED:
            found.append(ActButton(words=_("Posted"), value="post", variant="outline", size="sm"))
        if self.batch.state in {PrintBatch.State.PRINTED, PrintBatch.State.MAKING}:
            ask = _ask_before_discarding(self.batch.letters)
            found.append(ActButton(words=_("Discard"), value="discard", variant="word", is_grave=True, ask=ask))
        return found


def _ask_before_discarding(letters: int | None) -> str:
    """Return the question before a batch of so many letters is discarded; 0 and None are not known yet."""
    if not letters:
        return _("Discard this batch? Its letters are printed again in another.")
    words = ngettext(
        "Discard this batch? Its letter is printed again in another. Throw away what is on paper.",
        "Discard this batch? Its %(shown)s letters are printed again in another. Throw away what is on paper.",
        letters,
    )
    return fill(words, shown=letters)


@requires()
def letters(request: HttpRequest) -> HttpResponse:
    """Show the letters of the brand: due, in batches, returned."""
    return _show_letters(request, ReturnForm())


def _show_letters(request: HttpRequest, form: ReturnForm) -> HttpResponse:
    brand, now = read_brand(request), timezone.now()
    batches = _list_entries(request)
    is_making = any(one.job is not None and one.job.state in _GOING for one in batches)
    if wants_part(request):
        return show_part(request, "console/messages/letters_batches.html", batches=batches, is_making=is_making)
    due, later = count_waiting(brand, now=now) if brand else (0, 0)
    waiting = waiting_letters(brand).select_related("person").order_by("due_at", "id")[:WAITING] if brand else []
    return show(
        request,
        "console/messages/letters.html",
        subject="letters",
        batches=batches,
        is_making=is_making,
        due=due,
        later=later,
        most=MOST_LETTERS,
        waiting=list(waiting),
        returns=list_returns(brand, limit=RETURNS) if brand else [],
        reasons=LETTER_RETURN,
        window=profile_of(brand.profile).window if brand else None,
        form=form,
    )


def _list_entries(request: HttpRequest) -> list[BatchEntry]:
    brand = read_brand(request)
    found = list_batches(brand, limit=BATCHES) if brand else []
    making = [one.pk for one in found if one.state == PrintBatch.State.MAKING]
    jobs = {job.subject_id: job for job in Job.objects.filter(kind=PRINT, subject_id__in=making).order_by("id")}
    return [
        BatchEntry(one, jobs.get(one.pk), has_files=one.pdf is not None and one.pdf.dropped_at is None) for one in found
    ]


@require_POST
@requires("campaigns.start")
def print_due(request: HttpRequest) -> HttpResponse:
    """Begin a batch of the letters that are due."""
    brand = read_brand(request)
    if brand is None:
        raise Http404
    request_batch(brand, both_sides="both_sides" in request.POST, by=staff(request))
    messages.success(request, _("The letters are being laid out. Their files stand below in a moment."))
    return redirect("console:letters")


@require_POST
@requires("campaigns.start")
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a batch as posted, or discard it."""
    batch, now = get_object_or_404(PrintBatch, pk=pk), timezone.now()
    match request.POST.get("act"):
        case "post":
            number = post_batch(batch, by=staff(request), now=now)
            words = ngettext("%(number)s letter recorded as posted.", "%(number)s letters recorded as posted.", number)
        case "discard":
            number = discard_batch(batch, by=staff(request), now=now)
            words = ngettext(
                "%(number)s letter is to be printed again.", "%(number)s letters are to be printed again.", number
            )
        case _:
            raise Http404
    messages.success(request, words % {"number": number})
    return redirect("console:letters")


@require_POST
@requires("campaigns.start")
def file(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """Return the PDF or CSV of a batch. They hold names and addresses, so each download is audited."""
    batch = get_object_or_404(PrintBatch.objects.select_related("pdf", "csv"), pk=pk)
    stored = {"pdf": batch.pdf, "csv": batch.csv}.get(form)
    if stored is None or stored.dropped_at is not None:
        raise Http404
    response = serve_stored(request, stored, permission="campaigns.start")
    with transaction.atomic():
        note("letters.exported", by=staff(request), subject=batch, facts={"name": stored.name})
    return response


@require_POST
@requires("people.change")
def returned(request: HttpRequest) -> HttpResponseBase:
    """Record that a letter came back; a toast offers undo."""
    form = ReturnForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        reason = LetterReturnReason(given["reason"])
        try:
            found = record_return(given["number"], reason=reason, by=staff(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error("number", say(refusal))
        else:
            whose = found.message.person or found.message.address.split("\n")[0]
            words = _("The letter to %(name)s came back; its address is used no more.") % {"name": whose}
            offer_undo(request, words, kind="letter-returned", **found.undo)
            return redirect("console:letters")
    return _show_letters(request, form)


@require_safe
@requires()
def letter(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001
    """Return one letter as a PDF: as it was printed, or as it would be printed now."""
    message = get_object_or_404(
        Message.objects.select_related("dispatch__brand", "dispatch__topic", "print_batch"), pk=pk, channel=Channel.POST
    )
    batch = message.print_batch
    at = batch.printed_at if batch else None
    try:
        content = reprint(message, at=at or timezone.now())
    except ValueError as fault:
        raise Http404 from fault
    return serve_made(content, name=f"letter-{message.pk}.pdf", media_type="application/pdf")
