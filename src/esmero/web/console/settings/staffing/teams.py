"""Edit teams: a name, a brand, members."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.house.editing.row_versions import StaleWrite
from esmero.house.models import Brand, Team, User
from esmero.house.staffing.teams import delete_team, save_team
from esmero.refusal import Refusal
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import show
from esmero.web.parts.components.stale_notes import StaleNote, compare_forms, read_seen
from esmero.web.refusals.say import say


class TeamForm(forms.Form):
    """Edit a team."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    brand = forms.ModelChoiceField(
        label=gettext_lazy("Brand"),
        queryset=Brand.objects.order_by("name"),
        required=False,
        empty_label=gettext_lazy("every brand"),
    )
    members = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Members"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any, *, team: Team | None) -> None:
        members = list(team.memberships.values_list("user_id", flat=True)) if team else []
        initial = {"name": team.name, "brand": team.brand_id, "members": members} if team else {}
        super().__init__(data, initial=initial)
        field: Any = self.fields["members"]
        field.queryset = User.objects.filter(Q(is_active=True) | Q(pk__in=members)).order_by("name", "pk")


@requires("staff.manage")
def edit_team(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Create or change a team."""
    team = get_object_or_404(Team, pk=pk) if pk else None
    form, stale = TeamForm(request.POST or None, team=team), None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            save_team(
                team or Team(),
                name=given["name"],
                brand=given["brand"],
                members=list(given["members"]),
                by=staff(request),
                seen=read_seen(request.POST, otherwise=team.row_version) if team else None,
            )
        except StaleWrite as refusal:
            team = get_object_or_404(Team, pk=pk)
            stale = StaleNote(words=say(refusal), differences=compare_forms(form, theirs=TeamForm(None, team=team)))
        except Refusal as refusal:
            form.add_error("name", say(refusal))
        except ValidationError as faults:
            form.add_error(None, faults.messages)
        else:
            messages.success(request, _("“%(name)s” is kept.") % {"name": given["name"]})
            return redirect("console:team")
    return show(
        request,
        "console/settings/staffing_form.html",
        subject="team",
        form=form,
        row=team,
        stale=stale,
        title=team.name if team else _("New team"),
        lead=_("A team answers for a brand, or for all of them."),
        remove="console:staff-team-remove" if team else "",
        remove_text=_("The members of a deleted team stay."),
    )


@require_POST
@requires("staff.manage")
def remove_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a team; its members stay."""
    team = get_object_or_404(Team, pk=pk)
    delete_team(team, by=staff(request))
    messages.success(request, _("“%(name)s” is deleted.") % {"name": team.name})
    return redirect("console:team")
