"""Define the forms of contact points: e-mail address, phone, postal address with its use."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.people.models import ContactPoint, Organisation, Person
from esmero.people.persons.contact_points import ContactPointUnusable, read_mail, read_phone, read_post
from esmero.web.console.page_frame import read_brand
from esmero.web.labels.people import ADDRESS_USES
from esmero.web.labels.postal_forms import post_form
from esmero.web.refusals.say import say

ADD_TITLES: Mapping[str, Callable[[], str]] = {
    ContactPoint.Kind.EMAIL: lambda: gettext("Another e-mail address"),
    ContactPoint.Kind.PHONE: lambda: gettext("Another phone"),
    ContactPoint.Kind.POST: lambda: gettext("Another postal address"),
}


class PointForm(forms.Form):
    """Edit one contact point; after `is_valid()` its result is in `value` and `facts`."""

    value: str
    facts: dict[str, str]

    @property
    def chosen_use(self) -> str:
        """Return the use of a postal address, "" of the others."""
        return str(self.cleaned_data.get("use", ""))


class MailForm(PointForm):
    """Edit a further e-mail address, stored for reference only."""

    mail = forms.CharField(label=_("E-mail address"), max_length=320, widget=forms.EmailInput())

    def clean_mail(self) -> str:
        """Normalise the address."""
        self.value, self.facts = read_point(read_mail, self.cleaned_data["mail"])
        return self.value


class PhoneForm(PointForm):
    """Edit a phone number."""

    phone = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel"}),
        help_text=_("As one dials it; from another country with its code, +33 …"),
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        self.country = country
        super().__init__(*args, **kwargs)

    def clean_phone(self) -> str:
        """Parse the number by the rules of the person's country."""
        self.value, self.facts = read_point(
            lambda text: read_phone(text, country=self.country), self.cleaned_data["phone"]
        )
        return self.value


class PostAddressForm(PointForm):
    """Edit a postal address in the format of its country."""

    use = forms.ChoiceField(label=_("Use of the address"), choices=list(ADDRESS_USES.items()), required=False)
    street = forms.CharField(label=_("Street and number"), max_length=200)
    line_2 = forms.CharField(label=_("Building, floor, door"), max_length=120, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=_("Town"), max_length=120)
    region = forms.CharField(label=_("Region"), max_length=120, required=False)

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country, self.form = country, post_form(country)
        fields: dict[str, Any] = self.fields
        if not self.form.region:
            del fields["region"]
        else:
            fields["region"].label = self.form.region
        if self.form.example:
            fields["postal_code"].required = True
            fields["postal_code"].help_text = _("For example %(code)s") % {"code": self.form.example}

    def clean_postal_code(self) -> str:
        """Refuse a code that does not fit the country's format."""
        code: str = self.cleaned_data["postal_code"].strip().upper()
        if code and not self.form.code.fullmatch(code):
            raise forms.ValidationError(_("This country has no such postal code."))
        return code

    def clean(self) -> dict[str, Any]:
        """Assemble the address from its parts."""
        parts = {**self.cleaned_data, "country": self.country}
        if not self.errors:
            self.value, self.facts = read_point(read_post, parts)
        return parts


def read_point(reader: Any, text: Any) -> tuple[str, dict[str, str]]:
    """Return the value and facts of a contact point; turn a refusal into an error of the form."""
    try:
        value, facts = reader(text)
    except ContactPointUnusable as fault:
        raise forms.ValidationError(say(fault)) from fault
    return value, facts


def read_country(request: HttpRequest, party: Person | Organisation, *, known: str = "") -> str:
    """Return the country of a phone or postal address.

    The first known of: the country chosen in the form, that of the contact point, of the party, of the brand.
    """
    chosen = request.POST.get("country") or request.GET.get("country") or known or party.country
    brand = read_brand(request)
    return (chosen or (brand.profile if brand and brand.profile != "EU" else "ES"))[:2].upper()


def make_point_form(kind: str, data: Any, *, country: str, initial: dict[str, Any] | None = None) -> PointForm:
    """Return the form of a contact point of this kind."""
    if kind == ContactPoint.Kind.PHONE:
        return PhoneForm(data, initial=initial, country=country)
    if kind == ContactPoint.Kind.POST:
        return PostAddressForm(data, initial=initial, country=country)
    return MailForm(data, initial=initial)


def open_point(row: ContactPoint) -> dict[str, Any]:
    """Return the initial values of the form of a contact point."""
    if row.kind == ContactPoint.Kind.POST:
        return {"street": row.value, **row.facts, "use": row.use}
    return {"phone": row.value, "mail": row.value}
