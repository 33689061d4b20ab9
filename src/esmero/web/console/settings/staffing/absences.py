"""Record absences of staff and their stand-ins, and remove them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from esmero.house.models import StaffAbsence, User
from esmero.house.staffing.absences import record_absence, remove_absence
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, edit_view, remove_view


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


def _save(edit: Edit[StaffAbsence]) -> StaffAbsence:
    given = edit.given
    return record_absence(
        given["user"],
        first_day=given["first_day"],
        last_day=given["last_day"],
        stand_in=given["stand_in"],
        by=edit.by,
    )


VIEW = EditView(
    rows=lambda: StaffAbsence.objects.select_related("user"),
    subject="team",
    right="staff.manage",
    form=lambda _request, data, _absence: AbsenceForm(data),
    save=_save,
    above=(("settings", gettext_lazy("Settings")), ("team", gettext_lazy("Team"))),
    new=gettext_lazy("New absence"),
    lead=gettext_lazy(
        "Both days count, in the time zone of whoever is away. A stand-in who is away too passes on to theirs."
    ),
    name=lambda absence: str(absence.user),
    saved=gettext_lazy("The absence of %(name)s is noted."),
    fields={"stand-in-for-oneself": "stand_in", "absence-ends-before-it-begins": "last_day"},
)
new_absence = edit_view(VIEW)
drop_absence = remove_view(
    VIEW,
    lambda absence, by: remove_absence(absence, by=by),
    removed=gettext_lazy("The absence of %(name)s is removed."),
)
