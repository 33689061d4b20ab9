"""Define the forms of a person's page: names, custom fields by kind, contact points."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from esmero.people.models import CustomField, Person
from esmero.people.persons.contact_points import ContactPointUnusable, read_mail, read_phone, read_post
from esmero.web.parts.components.postal_forms import country_choices, post_form
from esmero.web.parts.components.template_tags import said
from esmero.web.parts.labels.states import LANGUAGE_NAMES
from esmero.web.refusals.say import say

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

    def __init__(self, data: Any, *, person: Person) -> None:
        self.person = person
        names = ("title", "given_name", "family_name", "number", "language", "country")
        initial = {name: getattr(person, name) or "" for name in names}
        initial["organisation"] = person.organisation.name if person.organisation else ""
        super().__init__(data, initial=initial)
        fields: dict[str, Any] = self.fields
        fields["country"].choices = country_choices(person.country)
        self.own = list(CustomField.objects.order_by("id"))
        for own in self.own:
            fields[f"own_{own.key}"] = _custom_field(own, value=person.fields.get(own.key))

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
        return _read(read_mail, self.cleaned_data["address"])[0]


class PointForm(forms.Form):
    """Edit one contact point; after `is_valid()` its result is in `value` and `facts`."""

    value: str
    facts: dict[str, str]


class MailForm(PointForm):
    """Edit a further e-mail address, stored for reference only."""

    mail = forms.CharField(label=_("E-mail address"), max_length=320, widget=forms.EmailInput())

    def clean_mail(self) -> str:
        """Normalise the address."""
        self.value, self.facts = _read(read_mail, self.cleaned_data["mail"])
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
        self.value, self.facts = _read(lambda text: read_phone(text, country=self.country), self.cleaned_data["phone"])
        return self.value


class PostAddressForm(PointForm):
    """Edit a postal address in the format of its country."""

    street = forms.CharField(label=_("Street and number"), max_length=200)
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
            self.value, self.facts = _read(read_post, parts)
        return parts


def _read(reader: Any, text: Any) -> tuple[str, dict[str, str]]:
    try:
        value, facts = reader(text)
    except ContactPointUnusable as fault:
        raise forms.ValidationError(say(fault)) from fault
    return value, facts


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
