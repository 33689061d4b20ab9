"""Record absences of staff and their stand-ins, and remove them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.house.models import StaffAbsence, User
from esmero.house.staffing.absences import record_absence, remove_absence
from esmero.refusal import Refusal
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show
from esmero.web.refusals.say import say


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class AbsenceForm(forms.Form):
    """Record an absence."""

    user = forms.ModelChoiceField(label=gettext_lazy("Who is away"), queryset=User.objects.none())
    first_day = _day(gettext_lazy("First day"))
    last_day = _day(gettext_lazy("Last day"))
    stand_in = forms.ModelChoiceField(
        label=gettext_lazy("Who stands in"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("nobody"),
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        for name in ("user", "stand_in"):
            field: Any = self.fields[name]
            field.queryset = User.objects.filter(is_active=True).order_by("name", "pk")


@requires("staff.manage")
def new_absence(request: HttpRequest) -> HttpResponse:
    """Record an absence."""
    form = AbsenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            record_absence(
                given["user"],
                first_day=given["first_day"],
                last_day=given["last_day"],
                stand_in=given["stand_in"],
                by=staff(request),
            )
        except Refusal as refusal:
            form.add_error("stand_in" if refusal.code == "stand-in-for-oneself" else "last_day", say(refusal))
        else:
            messages.success(request, _("The absence of %(name)s is noted.") % {"name": given["user"]})
            return redirect("console:team")
    return show(
        request,
        "console/settings/staffing_form.html",
        subject="team",
        form=form,
        title=_("New absence"),
        lead=_("Both days count, in the time zone of whoever is away. A stand-in who is away too passes on to theirs."),
    )


@require_POST
@requires("staff.manage")
def drop_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove an absence."""
    absence = get_object_or_404(StaffAbsence.objects.select_related("user"), pk=pk)
    remove_absence(absence, by=staff(request))
    messages.success(request, _("The absence of %(name)s is removed.") % {"name": absence.user})
    return redirect("console:team")
