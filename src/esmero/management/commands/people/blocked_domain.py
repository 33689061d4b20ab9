"""Run `esmero blocked-domain`: maintain the domains whose addresses imports refuse."""

import argparse

from esmero.management.command import CommandOutput, Commands, add_command, add_group, format_table
from esmero.refusal import InvalidValue, Refusal


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    group = add_group(commands, "blocked-domain", summary="domains whose addresses an import refuses")
    block = add_command(
        group, "add", handler=block_domains, summary="refuse these; a leading dot covers what is below, too"
    )
    block.add_argument("domain", nargs="+", help="e.g. trash.example, or .trash.example for all below it")
    block.add_argument("--note", default="", help="why, for your colleagues")
    allow = add_command(group, "remove", handler=allow_domains, summary="take them again")
    allow.add_argument("domain", nargs="+", help="as `list` names it")
    add_command(group, "list", handler=list_domains, summary="list them")


def block_domains(options: argparse.Namespace) -> CommandOutput:
    """Add domains to the list; update the note of a domain that is already there."""
    from django.db import transaction

    from esmero.house.audit import note
    from esmero.people.models import BlockedDomain

    domains = [_read(text) for text in options.domain]
    with transaction.atomic():
        for domain in domains:
            BlockedDomain.objects.update_or_create(domain=domain, defaults={"note": options.note[:200]})
        note("domains.blocked", by="command line", facts={"domains": domains})
    return CommandOutput({"blocked": domains}, "\n".join(domains))


def allow_domains(options: argparse.Namespace) -> CommandOutput:
    """Remove domains from the list; raise Refusal if one is not on it."""
    from django.db import transaction

    from esmero.house.audit import note
    from esmero.people.models import BlockedDomain

    domains = [_read(text) for text in options.domain]
    there = set(BlockedDomain.objects.filter(domain__in=domains).values_list("domain", flat=True))
    missing = [domain for domain in domains if domain not in there]
    if missing:
        raise Refusal("domain-not-blocked", list=missing)
    with transaction.atomic():
        BlockedDomain.objects.filter(domain__in=domains).delete()
        note("domains.allowed", by="command line", facts={"domains": domains})
    return CommandOutput({"allowed": domains}, "\n".join(domains))


def list_domains(options: argparse.Namespace) -> CommandOutput:  # noqa: ARG001
    """List the blocked domains with their notes."""
    from esmero.people.models import BlockedDomain

    facts = list(BlockedDomain.objects.order_by("domain").values("domain", "note"))
    rows = [(one["domain"], one["note"]) for one in facts]
    return CommandOutput(facts, format_table(rows, header=("domain", "note")) or "No domain is blocked.")


def _read(text: str) -> str:
    from esmero.rendering.mime.headers import write_domain

    dot = "." if text.strip().startswith(".") else ""
    try:
        domain = write_domain(text.strip().lstrip("@.*"))
    except ValueError as wrong:
        raise InvalidValue("domain-unusable", text=text) from wrong
    if "." not in domain:
        raise InvalidValue("domain-without-dot", text=text)
    return dot + domain
