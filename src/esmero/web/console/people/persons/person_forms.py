"""Define the forms of a person's page: names, facts as a party, custom fields by kind, the e-mail address."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from esmero.people.models import CustomField, Person
from esmero.people.persons.contact_points import read_mail
from esmero.web.console.people.parties.party_fields import PARTY_FIELDS, add_party_fields, check_tax_number
from esmero.web.console.people.parties.point_forms import read_point
from esmero.web.labels.postal_forms import country_choices
from esmero.web.parts.components.template_tags import said
from esmero.web.parts.components.translated_fields import LANGUAGE_NAMES

_YES_NO = [("", "—"), ("yes", _("yes")), ("no", _("no"))]


class PersonForm(forms.Form):
    """Edit a person's names and custom fields."""

    title = forms.CharField(label=_("Form of address"), max_length=60, required=False)
    given_name = forms.CharField(label=_("Given name"), max_length=150, required=False)
    family_name = forms.CharField(label=_("Family name"), max_length=150, required=False)
    number = forms.CharField(label=_("Your own number of the person"), max_length=80, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[("", "—"), *LANGUAGE_NAMES], required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"list": "organisations", "autocomplete": "off"}),
        help_text=_("Its name. One that is not known yet is made."),
    )

    position = forms.CharField(
        label=_("Position"), max_length=120, required=False, help_text=_("What they do in this organisation.")
    )

    def __init__(self, data: Any, *, person: Person) -> None:
        self.person = person
        names = ("title", "given_name", "family_name", "number", "language", "country", "position", *PARTY_FIELDS)
        initial = {name: getattr(person, name) or "" for name in names}
        initial["organisation"] = person.organisation.name if person.organisation else ""
        super().__init__(data, initial=initial)
        fields: dict[str, Any] = self.fields
        fields["country"].choices = country_choices(person.country)
        add_party_fields(self)
        self.own = list(CustomField.objects.order_by("id"))
        for own in self.own:
            fields[f"own_{own.key}"] = _custom_field(own, value=person.fields.get(own.key))

    def clean(self) -> dict[str, Any]:
        """Check the tax number by the rules of the country."""
        given: dict[str, Any] = super().clean() or {}
        check_tax_number(self)
        return given

    def changes(self) -> dict[str, Any]:
        """Return the entered values as people/persons/editing.py expects them; the organisation by name."""
        facts = {name: self.cleaned_data[name] for name in self.fields if not name.startswith("own_")}
        own = {f"own:{field.key}": _typed(field, self.cleaned_data[f"own_{field.key}"]) for field in self.own}
        return {**facts, **own}


class AddressForm(forms.Form):
    """Edit the e-mail address that messages are sent to."""

    address = forms.CharField(
        label=_("E-mail address"), max_length=320, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )

    def clean_address(self) -> str:
        """Return the address in its normalised form."""
        return read_point(read_mail, self.cleaned_data["address"])[0]


def _custom_field(own: CustomField, *, value: Any) -> forms.Field:
    about: dict[str, Any] = {"label": said(own.label) or own.key, "required": False, "initial": value}
    match own.kind:
        case CustomField.Kind.INTEGER:
            return forms.IntegerField(**about)
        case CustomField.Kind.DECIMAL:
            return forms.FloatField(localize=True, **about)
        case CustomField.Kind.YES_NO:
            initial = {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else ""
            return forms.ChoiceField(choices=_YES_NO, **{**about, "initial": initial})
        case CustomField.Kind.DATE:
            return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **about)
        case CustomField.Kind.CHOICE:
            choices = [*own.choices, *([value] if value and value not in own.choices else [])]
            return forms.ChoiceField(choices=[("", "—"), *((one, one) for one in choices)], **about)
        case _:
            return forms.CharField(max_length=500, **about)


def _typed(own: CustomField, value: Any) -> Any:
    if own.kind == CustomField.Kind.YES_NO:
        return {"yes": True, "no": False}.get(value)
    if isinstance(value, date):
        return value.isoformat()
    return None if value == "" else value
