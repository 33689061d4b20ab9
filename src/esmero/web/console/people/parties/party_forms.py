"""Define the forms of what belongs to a party: a role, a number of another system, a membership."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from esmero.house.models import Brand
from esmero.people.models import Membership, PartyNumber, PartyRole
from esmero.people.parties.party_rows import PartyRow
from esmero.web.labels.people import PARTY_ROLES

_DATE = {"type": "date"}


class PartyRoleForm(forms.Form):
    """Edit a role: kind, brand, first and last day."""

    kind = forms.ChoiceField(label=gettext_lazy("Role"), choices=list(PARTY_ROLES.items()))
    brand = forms.ModelChoiceField(
        Brand.objects.order_by("name", "id"),
        label=gettext_lazy("Brand"),
        required=False,
        empty_label=gettext_lazy("the whole house"),
    )
    since = forms.DateField(
        label=gettext_lazy("First day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs=_DATE),
        help_text=gettext_lazy("Empty: unknown."),
    )
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs=_DATE),
        help_text=gettext_lazy("Empty: no end is known. The stage of the relationship follows from these days."),
    )

    def __init__(self, data: Any = None, *, row: PartyRole | None = None) -> None:
        names = ("kind", "brand", "since", "until")
        super().__init__(data, initial={name: getattr(row, name) for name in names} if row else {})

    def values(self) -> dict[str, Any]:
        """Return the columns of the row."""
        given = self.cleaned_data
        brand = given["brand"].pk if given["brand"] else None
        return {"kind": given["kind"], "brand_id": brand, "since": given["since"], "until": given["until"]}


class NumberForm(forms.Form):
    """Edit a number by which another system of a brand knows the party."""

    brand = forms.ModelChoiceField(
        Brand.objects.order_by("name", "id"), label=gettext_lazy("Brand"), empty_label=gettext_lazy("Choose one")
    )
    value = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=80,
        help_text=gettext_lazy("As the shop, the billing or the former system writes it."),
    )

    def __init__(self, data: Any = None, *, row: PartyNumber | None = None) -> None:
        super().__init__(data, initial={"brand": row.brand, "value": row.value} if row else {})

    def values(self) -> dict[str, Any]:
        """Return the columns of the row."""
        return {"brand_id": self.cleaned_data["brand"].pk, "value": self.cleaned_data["value"].strip()}


class MembershipForm(forms.Form):
    """Edit a membership: the organisation by name, and the position in it."""

    organisation = forms.CharField(
        label=gettext_lazy("Organisation"),
        max_length=300,
        widget=forms.TextInput(attrs={"list": "organisations", "autocomplete": "off"}),
        help_text=gettext_lazy("Its name. One that is not known yet is made."),
    )
    position = forms.CharField(
        label=gettext_lazy("Position"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("What they do there, such as head of purchasing."),
    )

    def __init__(self, data: Any = None, *, row: Membership | None = None) -> None:
        super().__init__(data, initial={"organisation": row.organisation.name, "position": row.position} if row else {})
        if row is not None:
            del self.fields["organisation"]


type PartyForm = PartyRoleForm | NumberForm


def make_form(model: type[PartyRow], data: Any = None, *, row: PartyRow | None = None) -> PartyForm:
    """Return the form of a role or number."""
    if model is PartyRole:
        return PartyRoleForm(data, row=row if isinstance(row, PartyRole) else None)
    return NumberForm(data, row=row if isinstance(row, PartyNumber) else None)
