"""Edit the operator's own roles: a name and the rights that it holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esmero.house.models import StaffRole, User
from esmero.house.rights import RIGHTS, WITHOUT_SUBJECT, Right
from esmero.house.roles import read_rights, rights_of
from esmero.house.staffing.own_roles import change_role, define_role, delete_role
from esmero.web.console.access import staff
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, edit_view, remove_view
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


def _save(edit: Edit[StaffRole]) -> StaffRole:
    name, rights = edit.given["name"], edit.given["rights"]
    if edit.row is None:
        return define_role(name, rights=rights, by=edit.by)
    change_role(edit.row, name=name, rights=rights, by=edit.by, seen=edit.seen)
    return edit.row


VIEW = EditView(
    rows=StaffRole.objects.all,
    subject="team",
    right="staff.manage",
    form=lambda request, data, role: RoleForm(data, role=role, reader=staff(request)),
    save=_save,
    above=(("settings", gettext_lazy("Settings")), ("team", gettext_lazy("Team"))),
    new=gettext_lazy("New role"),
    lead=gettext_lazy("A role is a set of rights. You can give the rights that you have yourself."),
    name=lambda role: role.name,
    remove="role-remove",
    remove_text=gettext_lazy("A role can be deleted when nobody has it any more."),
)
edit_role = edit_view(VIEW)
remove_role = remove_view(VIEW, lambda role, by: delete_role(role, by=by))
