"""Define the form of a brand: sender name, address and phone number, and the reply address."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from esmero.house.jurisdictions import all_profiles, is_ordinary_rate
from esmero.house.models import Brand, Issuer
from esmero.house.upload_limits import LOGO
from esmero.web.files.upload_field import UploadField
from esmero.web.labels.field_names import BRAND_WORDS
from esmero.web.parts.components.forms import FormPart
from esmero.web.parts.components.template_tags import said
from esmero.web.parts.components.translated_fields import LANGUAGE_NAMES

FIELDS = (
    "slug", "name", "issuer", "profile", "language", "sender_name", "sender_address", "mailbox", "phone",
    "postal_address", "public_url", "return_domain", "dkim_domain", "colour", "timezone",
)  # fmt: skip


class BrandForm(forms.Form):
    """Edit a brand; the short code is fixed once it is part of addresses."""

    name = forms.CharField(label=BRAND_WORDS["name"], max_length=120, help_text=gettext_lazy("As readers know you."))
    slug = forms.SlugField(
        label=BRAND_WORDS["slug"],
        max_length=40,
        required=False,
        help_text=gettext_lazy("It stands in addresses and does not change later. Empty: made from the name."),
    )
    issuer = forms.ModelChoiceField(
        Issuer.objects.order_by("name", "id"),
        label=BRAND_WORDS["issuer"],
        required=False,
        help_text=gettext_lazy("It concludes the contracts, and its name stands at the foot of each mail."),
    )
    profile = forms.ChoiceField(
        label=BRAND_WORDS["profile"],
        help_text=gettext_lazy("Decides on which grounds you may write, and which phone numbers cost too much."),
    )
    language = forms.ChoiceField(label=BRAND_WORDS["language"], choices=LANGUAGE_NAMES)
    sender_name = forms.CharField(
        label=BRAND_WORDS["sender_name"],
        max_length=120,
        required=False,
        help_text=gettext_lazy("What stands beside the address in a mailbox. Empty: the name of the brand."),
    )
    sender_address = forms.EmailField(label=BRAND_WORDS["sender_address"])
    mailbox = forms.EmailField(
        label=BRAND_WORDS["mailbox"],
        required=False,
        help_text=gettext_lazy("A human being reads it. Replies are forwarded there, and stand under Conversations."),
    )
    phone = forms.CharField(
        label=BRAND_WORDS["phone"],
        max_length=40,
        required=False,
        help_text=gettext_lazy("Where a person answers, at the ordinary rate. Without it nothing leaves (rule G10)."),
    )
    postal_address = forms.CharField(
        label=BRAND_WORDS["postal_address"],
        max_length=300,
        required=False,
        help_text=gettext_lazy("In one line, for the foot of each mail. Without it no advertising leaves (rule G11)."),
    )
    public_url = forms.URLField(
        label=BRAND_WORDS["public_url"],
        assume_scheme="https",
        help_text=gettext_lazy("Where readers’ links lead, for example https://mail.example.org"),
    )
    return_domain = forms.CharField(
        label=BRAND_WORDS["return_domain"],
        max_length=190,
        required=False,
        help_text=gettext_lazy("Returns and replies arrive here. Empty: bounces. and the sender’s domain."),
    )
    dkim_domain = forms.CharField(
        label=BRAND_WORDS["dkim_domain"],
        max_length=190,
        required=False,
        help_text=gettext_lazy("Empty: the sender’s domain, which is right for almost everybody."),
    )
    colour = forms.RegexField(
        r"#[0-9a-fA-F]{6}",
        label=BRAND_WORDS["colour"],
        initial="#0e5c59",
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text=gettext_lazy("Made darker or lighter by itself wherever text would be hard to read."),
    )
    logo = UploadField(
        rule=LOGO,
        label=BRAND_WORDS["logo"],
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/gif"}),
        help_text=gettext_lazy("PNG, JPEG or GIF, at most 300 kB."),
    )
    timezone = forms.ChoiceField(label=BRAND_WORDS["timezone"])

    parts = (
        FormPart(gettext_lazy("Who writes"), ("name", "issuer", "profile", "language", "timezone")),
        FormPart(gettext_lazy("The sender of its mail"), ("sender_name", "sender_address", "mailbox")),
        FormPart(gettext_lazy("At the foot of each mail"), ("phone", "postal_address", "public_url")),
        FormPart(gettext_lazy("How it looks"), ("colour", "logo")),
        FormPart(gettext_lazy("Seldom needed"), ("slug", "return_domain", "dkim_domain"), folded=True),
    )

    def __init__(self, data: Any = None, files: Any = None, *, brand: Brand | None = None) -> None:
        initial: dict[str, Any] = {
            "timezone": settings.ESMERO.time_zone,
            "language": get_language() or settings.ESMERO.language,
        }
        if settings.ESMERO.public_url.startswith("https://"):
            initial["public_url"] = settings.ESMERO.public_url
        if brand is not None:
            initial = {name: getattr(brand, name) for name in FIELDS}
        super().__init__(data, files, initial=initial)
        fields: dict[str, Any] = self.fields
        if not Issuer.objects.exists():
            # Then nothing is there to choose from: the name is enough, the rest comes later.
            fields["issuer"] = forms.CharField(
                label=BRAND_WORDS["issuer"],
                max_length=200,
                required=False,
                help_text=gettext_lazy("Its registered name, which stands at the foot of each mail."),
            )
        fields["profile"].choices = [(code, said(profile.name)) for code, profile in all_profiles().items()]
        fields["timezone"].choices = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
        if brand is not None:
            del self.fields["slug"]

    def clean_slug(self) -> str:
        """Derive a code from the name if none is given; refuse one that another brand has."""
        slug: str = self.cleaned_data["slug"].lower() or slugify(self.cleaned_data.get("name", ""))[:40]
        if not slug:
            raise forms.ValidationError(_("Give a short code of letters and digits."))
        if Brand.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("Another brand has this code."))
        return slug

    def clean_phone(self) -> str:
        """Refuse a number above the ordinary rate."""
        phone: str = self.cleaned_data["phone"]
        code = self.data.get("profile", "")
        if phone and not is_ordinary_rate(phone, code=code):
            raise forms.ValidationError(
                _("A call to this number costs more than an ordinary one. Give a number at the ordinary rate.")
            )
        return phone

    def clean_public_url(self) -> str:
        """Remove trailing slashes."""
        return str(self.cleaned_data["public_url"]).rstrip("/")

    def facts(self) -> dict[str, Any]:
        """Return the arguments of `save_brand`."""
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}
