"""Edit teams: a name, a brand, members."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy

from esmero.house.models import Brand, Team, User
from esmero.house.staffing.teams import delete_team, save_team
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, edit_view, remove_view


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


def _save(edit: Edit[Team]) -> Team:
    given = edit.given
    return save_team(
        edit.row or Team(),
        name=given["name"],
        brand=given["brand"],
        members=list(given["members"]),
        by=edit.by,
        seen=edit.seen,
    )


VIEW = EditView(
    rows=Team.objects.all,
    subject="team",
    right="staff.manage",
    form=lambda _request, data, team: TeamForm(data, team=team),
    save=_save,
    above=(("settings", gettext_lazy("Settings")), ("team", gettext_lazy("Team"))),
    new=gettext_lazy("New team"),
    lead=gettext_lazy("A team answers for a brand, or for all of them."),
    name=lambda team: team.name,
    fields={"name-taken": "name"},
    remove="staff-team-remove",
    remove_text=gettext_lazy("The members of a deleted team stay."),
)
edit_team = edit_view(VIEW)
remove_team = remove_view(VIEW, lambda team, by: delete_team(team, by=by))
