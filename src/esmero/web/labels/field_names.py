"""Label the fields of a person, a campaign, a brand and an issuer."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Fields of a person, as columns of a file or placeholders of a letter.
FIELD_WORDS: Mapping[str, str | Promise] = {
    "ignore": _("leave it out"),
    "number": _("Your own number of the person"),
    "email": _("E-mail address"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "full_name": _("Whole name"),
    "title": _("Form of address"),
    "phone": _("Phone number"),
    "language": _("Language"),
    "country": _("Country"),
    "organisation": _("Organisation"),
    "position": _("Position in the organisation"),
    "capacity": _("Consumer or business"),
    "tax_id": _("Tax number"),
    "role": _("Role: customer, member, supplier …"),
    "brand_number": _("Number in another system of the brand"),
    "timezone": _("Time zone"),
    "street": _("Street and number"),
    "postal_code": _("Postal code"),
    "city": _("Town"),
    "region": _("Province"),
    "billing_street": _("Billing address: street and number"),
    "billing_postal_code": _("Billing address: postal code"),
    "billing_city": _("Billing address: town"),
    "billing_region": _("Billing address: province"),
    "billing_country": _("Billing address: country"),
    "service_street": _("Address of the service: street and number"),
    "service_postal_code": _("Address of the service: postal code"),
    "service_city": _("Address of the service: town"),
    "service_region": _("Address of the service: province"),
    "service_country": _("Address of the service: country"),
    "tags": _("Tags"),
    "consent": _("Consent: yes or no"),
    "consent_text": _("Wording of the consent"),
    "consent_version": _("Version of the wording"),
    "consent_date": _("When they consented"),
    "withdrawn": _("When they took it back"),
    "unsubscribed": _("When they unsubscribed elsewhere"),
    "status": _("State in another mailing tool"),
    "attributes": _("Own fields as JSON"),
}
# Kinds of values of custom fields and columns.
KIND_WORDS: Mapping[str, str | Promise] = {
    "text": _("text"),
    "integer": _("whole number"),
    "decimal": _("number"),
    "boolean": _("yes or no"),
    "date": _("date"),
    "choice": _("choice"),
}

CAMPAIGN_WORDS = {
    "name": _("Name"),
    "topic": _("Topic"),
    "version": _("Template"),
    "promotion_topic": _("Topic of the promotion"),
    "segment": _("To whom"),
}
BRAND_WORDS = {
    "name": _("Name"),
    "slug": _("Short code"),
    "issuer": _("Company behind it"),
    "profile": _("Country’s rules"),
    "language": _("Main language"),
    "sender_name": _("Name of the sender"),
    "sender_address": _("Address of the sender"),
    "mailbox": _("Mailbox for replies"),
    "phone": _("Phone number"),
    "postal_address": _("Postal address"),
    "public_url": _("Public address of this house"),
    "return_domain": _("Domain for returns"),
    "dkim_domain": _("Domain that signs"),
    "colour": _("Colour"),
    "logo": _("Logo"),
    "timezone": _("Time zone"),
}
# Parts of a postal address (esmero/postal_address.py).
ADDRESS_WORDS = {
    "street": _("Street and number"),
    "line_2": _("Building, floor, door"),
    "postal_code": _("Postal code"),
    "city": _("Town"),
    "region": _("Province"),
    "country": _("Country"),
}
ISSUER_WORDS = {
    "name": _("Name of the company"),
    "tax_id": _("Tax number"),
    "siren": _("SIREN"),
    "postal_address": _("Postal address"),
    "iban": _("IBAN"),
    "creditor_id": _("SEPA creditor identifier"),
    "status_address": _("E-mail address for statuses of invoices"),
}

_OF: Mapping[str, Mapping[str, str | Promise]] = {
    "person": {**FIELD_WORDS, "address": FIELD_WORDS["email"]},
    "campaign": CAMPAIGN_WORDS,
    "brand": BRAND_WORDS,
    "issuer": ISSUER_WORDS,
}


def label_field(kind: str, name: str) -> str:
    """Return the label of a field (`kind`: person, campaign, brand or issuer); custom and unknown fields unchanged."""
    return str(_OF.get(kind, {}).get(name, name.removeprefix("own:")))
