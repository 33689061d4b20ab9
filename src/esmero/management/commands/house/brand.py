"""Run `esmero brand`: create and list brands."""

import argparse
from typing import Any

from esmero.management.command import CommandOutput, Commands, add_command, add_group, format_table
from esmero.refusal import InvalidValue

_OPTIONS = {
    "--name": "the name that readers know (default: the code)",
    "--legal-name": "the company behind it, as the law wants it named: its issuer, made if there is none of this name",
    "--sender-name": "the name in From (default: the name)",
    "--mailbox": "where replies of people are forwarded to",
    "--phone": "a number at ordinary rate where somebody answers",
    "--postal-address": "postal address for the foot of each mail",
    "--public-url": "where this house answers recipients, e.g. https://mail.example.org (default: public_url)",
    "--return-domain": "domain to which returns and replies come (default: bounces. and the sender's domain)",
    "--dkim-domain": "domain that signs (default: the sender's)",
    "--dkim-selector": "name of the signing key in DNS (default: esmero)",
    "--colour": "the brand's colour, e.g. #0e5c59",
    "--timezone": "e.g. Europe/Madrid (default: the house's)",
}


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    group = add_group(commands, "brand", summary="names under which the house writes")
    create = add_command(group, "create", handler=create_brand, summary="make a brand and its signing key")
    create.add_argument("code", help="short code, e.g. fibra-norte")
    create.add_argument("--sender-address", required=True, help="the address in From")
    create.add_argument(
        "--profile", default="EU", help="jurisdiction: EU, ES, FR, or one of the operator's files (default: EU)"
    )
    create.add_argument("--language", choices=("es", "fr", "en"), help="its main language (default: the house's)")
    for name, words in _OPTIONS.items():
        create.add_argument(name, help=words)
    add_command(group, "list", handler=list_brands, summary="list the brands")


def create_brand(options: argparse.Namespace) -> CommandOutput:
    """Create a Brand; missing options get their defaults from the settings and the sender address."""
    from django.conf import settings

    from esmero.house.brands import save_brand
    from esmero.house.issuers.editing import find_or_create_issuer
    from esmero.house.jurisdictions import all_profiles
    from esmero.house.models import Brand

    # A line break in a name or address could inject a header into every mail of the brand.
    for field, value in vars(options).items():
        if isinstance(value, str) and any(ord(letter) < 32 for letter in value):
            raise InvalidValue("option-with-line-break", option=field)
    if options.profile not in all_profiles():
        raise InvalidValue("profile-unknown", profile=options.profile, known=", ".join(all_profiles()))
    name = options.name or options.code
    given = {
        "slug": options.code,
        "name": name,
        "issuer": find_or_create_issuer(options.legal_name, by="command line") if options.legal_name else None,
        "profile": options.profile,
        "language": options.language or settings.ESMERO.language,
        "sender_name": options.sender_name or name,
        "sender_address": options.sender_address,
        "mailbox": options.mailbox or "",
        "phone": options.phone or "",
        "postal_address": options.postal_address or "",
        "public_url": options.public_url or settings.ESMERO.public_url,
        "return_domain": options.return_domain or "",
        "dkim_domain": options.dkim_domain or "",
        "dkim_selector": options.dkim_selector or "",
        "timezone": options.timezone or settings.ESMERO.time_zone,
        **({"colour": options.colour} if options.colour else {}),
    }
    brand = save_brand(Brand(), facts=given, by="command line")
    return CommandOutput(_facts(brand), brand.slug)


def list_brands(options: argparse.Namespace) -> CommandOutput:  # noqa: ARG001
    """List the brands."""
    from esmero.house.models import Brand

    brands = list(Brand.objects.order_by("slug"))
    rows = [(one.slug, one.name, one.profile, one.sender_address, one.return_domain) for one in brands]
    header = ("code", "name", "profile", "sender", "returns to")
    return CommandOutput([_facts(one) for one in brands], format_table(rows, header=header) or "There is no brand yet.")


def _facts(brand: Any) -> dict[str, Any]:
    from django.forms.models import model_to_dict

    return {**model_to_dict(brand), "legal_name": brand.legal_name}
