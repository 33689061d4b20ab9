"""Record statements that staff received from a person.

A permission or a withdrawal with its proof, a pause, a suppression of the address, a note.
"""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from esmero.house.jurisdictions import valid_bases
from esmero.house.models import Brand
from esmero.house.upload_limits import PROOF
from esmero.imports.models import Import
from esmero.people.models import Address, Note, PermissionEntry, Person, Suppression, Topic
from esmero.people.permissions.decisions import decide_topics, read_person
from esmero.people.permissions.staff_records import (
    StaffStatement,
    lift_address_suppressions,
    pause_person,
    record_statement,
    suppress_address,
    write_note,
)
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit
from esmero.web.console.page_frame import read_brand
from esmero.web.console.people.imports.files import give_file
from esmero.web.console.people.parties.party_pages import answer_party_edit, find_person
from esmero.web.console.undo.toast import offer_undo
from esmero.web.files.serving import serve_stored
from esmero.web.files.upload_field import UploadField
from esmero.web.labels.people import BASES, CHANNELS, NOTES
from esmero.web.parts.components.template_tags import said

PAUSES = ("30", "90", "180", "365")  # days
_Act = PermissionEntry.Act


class StatementForm(forms.Form):
    """Edit a statement: permission or withdrawal, topic, channel, legal basis and proof."""

    act = forms.ChoiceField(
        label=gettext_lazy("What did they say?"),
        choices=[
            (_Act.GRANTED, gettext_lazy("They allow it")),
            (_Act.WITHDRAWN, gettext_lazy("They take it back")),
            (_Act.OBJECTED, gettext_lazy("They object")),
        ],
        widget=forms.RadioSelect,
        initial=_Act.GRANTED,
    )
    topic = forms.ModelChoiceField(
        label=gettext_lazy("Topic"), queryset=Topic.objects.none(), empty_label=gettext_lazy("Choose one")
    )
    channel = forms.ChoiceField(label=pgettext_lazy("of communication", "Channel"), choices=list(CHANNELS.items()))
    basis = forms.ChoiceField(
        label=gettext_lazy("On which ground (of a permission)"), choices=list(BASES.items()), initial="consent"
    )
    personally = forms.BooleanField(
        label=gettext_lazy("They told us so themselves"),
        required=False,
        help_text=gettext_lazy("After a withdrawal only this allows it again; what stands in a list does not."),
    )
    day = forms.DateField(label=gettext_lazy("When"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    source = forms.CharField(
        label=gettext_lazy("Where and how"),
        max_length=300,
        help_text=gettext_lazy("For example: on the phone with Lucía; paper form in the shop at Gijón."),
    )
    wording = forms.CharField(
        label=gettext_lazy("The words that they agreed to"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    wording_version = forms.CharField(label=gettext_lazy("Version of the wording"), max_length=40, required=False)
    proof = UploadField(
        rule=PROOF,
        label=gettext_lazy("Proof"),
        required=False,
        help_text=gettext_lazy("A scan, a recording, a mail: it is sealed and cannot be changed."),
    )

    def __init__(self, data: Any, files: Any, *, brand: Brand) -> None:
        super().__init__(data, files, initial={"day": timezone.localdate()})
        self.brand = brand
        fields: dict[str, Any] = self.fields
        fields["topic"].queryset = Topic.objects.filter(brand=brand, archived_at=None).select_related("purpose")
        fields["topic"].label_from_instance = lambda topic: said(topic.name) or topic.code

    def clean_day(self) -> Any:
        """Refuse a day in the future."""
        day = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse a legal basis that the brand's jurisdiction does not accept for this channel and purpose."""
        facts = self.cleaned_data
        topic = facts.get("topic")
        channel = facts.get("channel")
        if topic and channel and facts.get("act") == _Act.GRANTED:
            valid = valid_bases(self.brand.profile, channel=channel, commercial=topic.purpose.commercial)
            if facts.get("basis") not in valid:
                self.add_error("basis", _("On this ground nothing of the kind may be sent on this channel."))
        return facts

    def statement(self) -> StaffStatement:
        """Return the entered statement."""
        facts = self.cleaned_data
        today = facts["day"] == timezone.localdate()
        at = timezone.now() if today else timezone.make_aware(datetime.combine(facts["day"], time(12)))
        names = ("act", "topic", "channel", "source", "basis", "wording", "wording_version", "personally")
        return StaffStatement(at=at, **{name: facts[name] for name in names})


@requires("people.change")
def permission(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a permission or a withdrawal that a person gave to staff."""
    person = find_person(pk)
    brand = read_brand(request)
    if brand is None:
        return redirect("console:person", pk=pk)

    def save(edit: Edit[Person]) -> Person:
        statement = edit.form.statement()
        entry = record_statement(person, statement=statement, proof=edit.given["proof"], by=edit.by)
        _say_recorded(request, entry, said=statement, person=person)
        return person

    return answer_party_edit(
        request,
        person,
        title=_("What %(name)s said") % {"name": person},
        lead=_(
            "It is added to the ledger, where nothing is ever changed or deleted: a mistake is mended by another entry."
        ),
        form=lambda data: StatementForm(data, request.FILES or None, brand=brand),
        save=save,
    )


@require_POST
@requires("people.change")
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause all messages of the brand to a person for some days, or end the pause."""
    person, brand = find_person(pk), read_brand(request)
    days = request.POST.get("days", "")
    if brand is None or days not in {"", *PAUSES}:
        return redirect("console:person", pk=pk)
    until = timezone.now() + timedelta(days=int(days)) if days else None
    before = pause_person(person, brand=brand, until=until, by=staff(request))
    words = _("Nothing of this brand goes to them until the pause ends.") if until else _("The pause has ended.")
    facts = {"person": pk, "brand": brand.pk, "before": before.isoformat() if before else ""}
    offer_undo(request, words, kind="paused", **facts)
    return redirect("console:person", pk=pk)


@require_POST
@requires("people.change")
def change_suppression(request: HttpRequest, pk: int) -> HttpResponse:
    """Suppress the person's address, or lift the suppression; both need a reason."""
    person = find_person(pk)
    reason = request.POST.get("reason", "").strip()[:200]
    address: Address | None = person.address
    if address is None:
        return redirect("console:person", pk=pk)
    if not reason:
        messages.error(request, _("Say why; it is written into the audit log."))
    elif request.POST.get("act") == "lift":
        rows = lift_address_suppressions(address, reason=reason, by=staff(request))
        offer_undo(request, _("The address may be written to again."), kind="lifted", address=address.pk, rows=rows)
    else:
        commercial = request.POST.get("scope") == Suppression.Scope.COMMERCIAL
        scope = Suppression.Scope.COMMERCIAL if commercial else Suppression.Scope.ALL
        row = suppress_address(address, scope=scope, brand=None, reason=reason, by=staff(request))
        words = _("No advertising goes to this address any more.") if commercial else _("The address is silent now.")
        offer_undo(request, words, kind="silenced", address=address.pk, rows=[row.pk])
    return redirect("console:person", pk=pk)


@require_POST
@requires("people.change")
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a call, a visit or a note."""
    person = find_person(pk)
    text = request.POST.get("text", "").strip()[:5000]
    kind = request.POST.get("kind", "")
    if not text:
        messages.error(request, _("Write something first."))
    else:
        kind = kind if kind in NOTES else Note.Kind.NOTE
        row = write_note(person, kind=kind, text=text, at=timezone.now(), by=staff(request))
        offer_undo(request, _("Written down."), kind="noted", note=row.pk)
    return redirect("console:person", pk=pk)


@requires()
def proof(request: HttpRequest, pk: int, entry: int) -> HttpResponseBase:
    """Return the sealed file that proves a ledger entry, as an attachment; a whole list only with a reason."""
    row = get_object_or_404(PermissionEntry.objects.select_related("proof"), pk=entry, person=pk)
    if row.proof is None:
        raise Http404
    stored, name = row.proof, row.proof.name or f"proof-{row.pk}"
    # A proof by import is the whole list, which holds other people too.
    brought = Import.objects.filter(file__sha256=stored.sha256).order_by("id").first()
    if brought is None:
        return serve_stored(request, stored, permission="files.read", name=name)

    def give() -> HttpResponseBase:
        return serve_stored(request, stored, permission="people.export", name=name)

    return give_file(request, brought=brought, words=_("The whole list that proves it"), give=give)


def _say_recorded(request: HttpRequest, entry: PermissionEntry | None, *, said: StaffStatement, person: Person) -> None:
    if entry is None:
        messages.info(request, _("The ledger says exactly this already."))
        return
    topic = said.topic
    statements = read_person(person.pk, brand=topic.brand).get(said.channel, ())
    answer = decide_topics(statements, topics=[topic], brand=topic.brand, channel=said.channel)[topic.pk]
    # Staff cannot overrule a person's own withdrawal.
    if said.act == _Act.GRANTED and answer.revoked is not None:
        words = _(
            "It is in the ledger, but their withdrawal stands: only what they tell us themselves afterwards ends it."
        )
        messages.warning(request, words)
    else:
        messages.success(request, _("It is in the ledger."))
