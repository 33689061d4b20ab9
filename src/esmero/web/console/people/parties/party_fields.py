"""Add to a form the fields that persons and organisations share: capacity, tax number, time zone."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from esmero.house.issuers.identifiers import IdentifierInvalid, read_tax_number
from esmero.web.labels.people import CAPACITIES
from esmero.web.refusals.say import say

PARTY_FIELDS = ("capacity", "tax_id", "timezone")


def add_party_fields(form: forms.Form) -> None:
    """Add the fields at the end of a form."""
    zones = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
    form.fields["capacity"] = forms.ChoiceField(
        label=_("Consumer or business"),
        choices=[("", "—"), *CAPACITIES.items()],
        required=False,
        help_text=_("Decides which rights a contract gives: withdrawal, length of commitment, tax."),
    )
    form.fields["tax_id"] = forms.CharField(
        label=_("Tax number"), max_length=40, required=False, help_text=_("It is checked by the rules of the country.")
    )
    form.fields["timezone"] = forms.ChoiceField(
        label=_("Time zone"),
        choices=[("", _("that of the country")), *zones],
        required=False,
        help_text=_("No mail arrives at night there."),
    )


def check_tax_number(form: forms.Form) -> None:
    """Replace the entered tax number by its compact form; add an error if it is none of the entered country."""
    given: dict[str, Any] = form.cleaned_data
    try:
        given["tax_id"] = read_tax_number(given.get("tax_id", ""), country=given.get("country", ""))
    except IdentifierInvalid as refusal:
        form.add_error("tax_id", say(refusal))
