"""Define the forms of an issuer and of its number series."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from esmero.house.issuers.editing import check_issuer
from esmero.house.models import Issuer
from esmero.postal_address import PARTS
from esmero.web.labels.field_names import ADDRESS_WORDS, ISSUER_WORDS
from esmero.web.labels.postal_forms import country_choices
from esmero.web.parts.components.forms import FormPart
from esmero.web.refusals.say import say

FIELDS = ("name", "tax_id", "siren", "iban", "creditor_id", "status_address")
_LENGTHS = {"street": 200, "line_2": 120, "postal_code": 20, "city": 120, "region": 120}


class IssuerForm(forms.Form):
    """Edit an issuer; every identifier is checked as its standard says."""

    name = forms.CharField(
        label=ISSUER_WORDS["name"],
        max_length=200,
        help_text=gettext_lazy("As the law wants it named, for example Fibra Norte, S.L."),
    )
    tax_id = forms.CharField(
        label=ISSUER_WORDS["tax_id"],
        max_length=40,
        required=False,
        help_text=gettext_lazy("It is checked by the rules of the country below."),
    )
    siren = forms.CharField(
        label=ISSUER_WORDS["siren"],
        max_length=20,
        required=False,
        help_text=gettext_lazy("Of French companies: nine digits."),
    )
    street = forms.CharField(label=ADDRESS_WORDS["street"], max_length=_LENGTHS["street"], required=False)
    line_2 = forms.CharField(label=ADDRESS_WORDS["line_2"], max_length=_LENGTHS["line_2"], required=False)
    postal_code = forms.CharField(
        label=ADDRESS_WORDS["postal_code"], max_length=_LENGTHS["postal_code"], required=False
    )
    city = forms.CharField(label=ADDRESS_WORDS["city"], max_length=_LENGTHS["city"], required=False)
    region = forms.CharField(label=ADDRESS_WORDS["region"], max_length=_LENGTHS["region"], required=False)
    country = forms.ChoiceField(label=ADDRESS_WORDS["country"], required=False)
    iban = forms.CharField(
        label=ISSUER_WORDS["iban"],
        max_length=60,
        required=False,
        help_text=gettext_lazy("Of the account that customers pay into."),
    )
    creditor_id = forms.CharField(
        label=ISSUER_WORDS["creditor_id"],
        max_length=60,
        required=False,
        help_text=gettext_lazy("Your bank gives it; direct debits need it."),
    )
    status_address = forms.EmailField(
        label=ISSUER_WORDS["status_address"],
        required=False,
        help_text=gettext_lazy("Where platforms and customers report what became of an invoice."),
    )

    parts = (
        FormPart(gettext_lazy("The company"), ("name", "tax_id", "siren")),
        FormPart(gettext_lazy("Its registered address"), PARTS),
        FormPart(gettext_lazy("Money"), ("iban", "creditor_id", "status_address")),
    )

    def __init__(self, data: Any = None, *, issuer: Issuer | None = None) -> None:
        initial: dict[str, Any] = {}
        if issuer is not None:
            initial = {name: getattr(issuer, name) for name in FIELDS} | issuer.postal_address
        super().__init__(data, initial=initial)
        fields: dict[str, Any] = self.fields
        fields["country"].choices = country_choices(initial.get("country", ""))

    def clean(self) -> dict[str, Any]:
        """Check the identifiers; a fault of the address stands at its street."""
        given: dict[str, Any] = super().clean() or {}
        _checked, faults = check_issuer(self.facts())
        for name, fault in faults.items():
            if name not in self.errors:
                self.add_error("street" if name == "postal_address" else name, say(fault))
        return given

    def facts(self) -> dict[str, Any]:
        """Return the arguments of `save_issuer`."""
        facts: dict[str, Any] = {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}
        return {**facts, "postal_address": {name: self.cleaned_data.get(name, "") for name in PARTS}}


class SeriesForm(forms.Form):
    """Open a number series, or set the first number of an unused one."""

    series = forms.RegexField(
        r"^[A-Za-z0-9/.-]{0,12}\Z",
        label=gettext_lazy("Prefix"),
        required=False,
        help_text=gettext_lazy("Letters, digits, / . and -, such as F."),
    )
    year = forms.IntegerField(
        label=gettext_lazy("Year"),
        required=False,
        min_value=2000,
        max_value=2999,
        help_text=gettext_lazy("Empty: one series for all years."),
    )
    first = forms.IntegerField(
        label=gettext_lazy("Next number"),
        min_value=1,
        max_value=2_000_000_000,
        initial=1,
        help_text=gettext_lazy("Once a number is given, those that follow have no gap."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"year": timezone.localdate().year})
