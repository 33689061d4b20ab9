"""Edit the operator's own roles: a name and the rights that it holds."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.house.editing.row_versions import StaleWrite
from esmero.house.models import StaffRole, User
from esmero.house.rights import RIGHTS, WITHOUT_SUBJECT, Right
from esmero.house.roles import read_rights, rights_of
from esmero.house.staffing.own_roles import change_role, define_role, delete_role
from esmero.refusal import Refusal
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show
from esmero.web.parts.components.stale_notes import StaleNote, compare_forms, read_seen
from esmero.web.refusals.say import say
from esmero.web.refusals.words.rights import RIGHT_WORDS


class RoleForm(forms.Form):
    """Edit a role; rights that the reader lacks are offered only if the role holds them, and then keep it fixed."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    rights = forms.MultipleChoiceField(label=gettext_lazy("Rights"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any, *, role: StaffRole | None, reader: User) -> None:
        initial = {"name": role.name, "rights": role.rights} if role else {"rights": ["house.read"]}
        super().__init__(data, initial=initial)
        offered = rights_of(reader) | (read_rights(role.rights) if role else frozenset())
        field: Any = self.fields["rights"]
        field.choices = [(right, _word(right)) for right in RIGHTS if right in offered]


def _word(right: Right) -> str:
    words = str(RIGHT_WORDS[right])
    return _("%(right)s (for what is still to come)") % {"right": words} if right in WITHOUT_SUBJECT else words


@requires("staff.manage")
def edit_role(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Define or change a role."""
    role = get_object_or_404(StaffRole, pk=pk) if pk else None
    by = staff(request)
    form, stale = RoleForm(request.POST or None, role=role, reader=by), None
    if request.method == "POST" and form.is_valid():
        name, rights = form.cleaned_data["name"], form.cleaned_data["rights"]
        try:
            if role is None:
                define_role(name, rights=rights, by=by)
            else:
                seen = read_seen(request.POST, otherwise=role.row_version)
                change_role(role, name=name, rights=rights, by=by, seen=seen)
        except StaleWrite as refusal:
            role = get_object_or_404(StaffRole, pk=pk)
            theirs = RoleForm(None, role=role, reader=by)
            stale = StaleNote(words=say(refusal), differences=compare_forms(form, theirs=theirs))
        except Refusal as refusal:
            form.add_error(None, say(refusal))
        except ValidationError as faults:
            form.add_error(None, faults.messages)
        else:
            messages.success(request, _("“%(name)s” is kept.") % {"name": name})
            return redirect("console:team")
    title = role.name if role else _("New role")
    return show(
        request,
        "console/settings/staffing_form.html",
        subject="team",
        form=form,
        row=role,
        stale=stale,
        title=title,
        lead=_("A role is a set of rights. You can give the rights that you have yourself."),
        remove="console:role-remove" if role else "",
        remove_text=_("A role can be deleted when nobody has it any more."),
    )


@require_POST
@requires("staff.manage")
def remove_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a role that nobody has."""
    role = get_object_or_404(StaffRole, pk=pk)
    delete_role(role, by=staff(request))
    messages.success(request, _("“%(name)s” is deleted.") % {"name": role.name})
    return redirect("console:team")
