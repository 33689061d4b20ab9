"""Run `esmero doctor`: check the installation and report each fault with its remedy."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from esmero.management.command import CommandOutput, Commands, add_command


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """Hold the result of one check.

    `state` is ok, short (works, but not for real mail) or wrong; `remedy` tells the operator how to correct it.
    """

    state: str
    what: str
    remedy: str = ""


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands,
        "doctor",
        handler=run_doctor,
        needs_installation=False,
        summary="say what is missing, how to mend it, and which DNS records to publish",
    )
    command.add_argument("--dns", action="store_true", help="look the records up, too")


def run_doctor(options: argparse.Namespace) -> CommandOutput:
    """Run all checks that the state of the installation allows; exit with 1 if one finds something wrong."""
    from esmero.house.configuration import find_home
    from esmero.management.django_setup import start_django

    home = find_home()
    findings = list(_check_home(home))
    records: list[dict[str, Any]] = []
    # Django cannot be set up without keys, and queries fail on an outdated schema: each stage needs the one before.
    if not any(one.state == "wrong" for one in findings):
        start_django()
        findings += _check_settings()
        if not any(one.state == "wrong" and one.what.startswith("The database") for one in findings):
            findings += [
                *_check_profiles(home),
                *_check_brands(),
                *_check_relays(),
                *_check_mailboxes(),
                *_check_reactions(),
                *_check_search(),
            ]
            records = _list_dns_records(home, look_up=options.dns)
    wrong = any(one.state == "wrong" for one in findings)
    facts = {"home": str(home), "findings": [asdict(one) for one in findings], "records": records}
    return CommandOutput(facts, "\n".join(_format_report(findings, records)), 1 if wrong else 0)


def _check_home(home: Path) -> Iterator[DoctorFinding]:
    if not (home / "keys" / "secret.key").is_file():
        yield DoctorFinding(
            "wrong", f"There is no house in {home}", "Run `esmero init`, or set ESMERO_HOME to its folder"
        )
        return
    yield DoctorFinding("ok", f"The house is in {home}")
    for name in ("suppression.key", "tokens-1.key"):
        if not (home / "keys" / name).is_file():
            yield DoctorFinding(
                "wrong", f"The key keys/{name} is missing", "Restore it from the backup; do not make a new one"
            )
    if (home / "keys").stat().st_mode & 0o077:
        yield DoctorFinding("wrong", "Others can read the folder keys/", f"chmod 700 {home / 'keys'}")


def _check_settings() -> Iterator[DoctorFinding]:
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import DatabaseError

    from esmero.house.models import User
    from esmero.house.roles import list_roles

    config = settings.ESMERO
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, OSError) as trouble:
        yield DoctorFinding("wrong", f"The database cannot be used: {trouble}", "Check database_url in esmero.toml")
        return
    if behind:
        yield DoctorFinding("wrong", f"The database lacks {len(behind)} changes of this version", "Run `esmero init`")
        return
    yield DoctorFinding("ok", f"The database ({connection.vendor}) fits this version")
    setting = [code for code, rights in list_roles().items() if "house.settings" in rights]
    if not User.objects.filter(role__in=setting, is_active=True).exists():
        yield DoctorFinding("wrong", "Nobody may change settings", "esmero staff create ADDRESS --role owner")
    if not config.public_url.startswith("https://"):
        yield DoctorFinding(
            "short",
            f"public_url is {config.public_url}",
            "Put a web server with HTTPS in front and set public_url, hosts and secure in esmero.toml",
        )
    elif not config.secure:
        yield DoctorFinding("short", "Cookies also go over plain HTTP", "Set secure = true in esmero.toml")
    if config.debug:
        yield DoctorFinding(
            "wrong", "debug is on", "Set debug = false: it shows the inside of the house to whoever asks"
        )


def _check_brands() -> Iterator[DoctorFinding]:
    from urllib.parse import urlsplit

    from django.conf import settings

    from esmero.house.jurisdictions import is_ordinary_rate
    from esmero.house.models import Brand
    from esmero.people.models import Topic

    brands = list(Brand.objects.order_by("slug"))
    if not brands:
        yield DoctorFinding("wrong", "There is no brand", "esmero brand create CODE --sender-address ADDRESS …")
    for brand in brands:
        who = f"Brand {brand.slug}"
        lacks = {
            "a postal address (G11)": brand.postal_address,
            "a phone number at ordinary rate (G10)": is_ordinary_rate(brand.phone, code=brand.profile),
            "a mailbox for replies": brand.mailbox,
        }
        missing = [words for words, there in lacks.items() if not there]
        if missing:
            yield DoctorFinding(
                "short",
                f"{who} has not yet: {', '.join(missing)}",
                "Without G10 and G11 no advertising leaves; set them under Settings",
            )
        if not brand.public_url.startswith("https://"):
            yield DoctorFinding(
                "short",
                f"{who} answers recipients at {brand.public_url}",
                "One-click unsubscription (RFC 8058) needs HTTPS",
            )
        if settings.CUSTOMER_HOST and urlsplit(brand.public_url).hostname == settings.CUSTOMER_HOST:
            yield DoctorFinding(
                "wrong",
                f"{who} answers recipients at the host of the customer area ({settings.CUSTOMER_HOST})",
                "Set customer_url to a host of its own",
            )
        if not Topic.objects.filter(brand=brand).exists():
            yield DoctorFinding("short", f"{who} has no topic", f"esmero topic create CODE --brand {brand.slug}")
        if not missing:
            yield DoctorFinding("ok", f"{who} says who writes")


def _check_profiles(home: Path) -> Iterator[DoctorFinding]:
    from esmero.house.models import Brand
    from esmero.house.profiles.reading import read_profiles

    found = read_profiles(home / "profiles")
    for fault in found.faults:
        yield DoctorFinding(
            "wrong",
            f"A profile cannot be read: {fault}",
            "Correct the file and restart; until then the shipped profile or the strictest values hold",
        )
    for slug, code in Brand.objects.exclude(profile__in=found.profiles).values_list("slug", "profile"):
        yield DoctorFinding(
            "wrong",
            f"Brand {slug} has the profile {code}, which does not exist: the strictest values hold",
            f"Bring {home / 'profiles' / code.lower()}.toml back, or choose another profile under Settings",
        )


def _check_relays() -> Iterator[DoctorFinding]:
    from esmero.outbox.models import Relay
    from esmero.outbox.queries import list_relays

    relays = list_relays()
    if not relays:
        yield DoctorFinding("wrong", "There is no relay", "esmero relay create NAME --host HOST --username NAME")
    for relay in relays:
        if relay.kind == Relay.Kind.CAPTURE:
            yield DoctorFinding(
                "short",
                f"Relay {relay.name} keeps everything for the catcher",
                "For real mail: esmero relay create NAME --host HOST",
            )
            continue
        yield _check_relay(relay)


def _check_reactions() -> Iterator[DoctorFinding]:
    from esmero.house.happening_queries import list_troubles
    from esmero.management.reader_language import say_trouble

    for one in list_troubles():
        yield DoctorFinding(
            "wrong" if one.failed else "short",
            f"The reaction {one.function} fails ({one.failed} given up, {one.retried} tried again by itself): "
            f"{say_trouble(one.trouble)}",
            "Remove the cause, then press “Try again” in the console under Work" if one.failed else "",
        )


def _check_search() -> Iterator[DoctorFinding]:
    from esmero.rounds.search_sources import SOURCES

    for source in SOURCES:
        lacks = source.count() - source.count_texts()
        if lacks > 0:
            yield DoctorFinding(
                "short",
                f"{lacks} rows of kind {source.kind.name.lower()} are not in the search index",
                "esmero search rebuild",
            )


def _check_mailboxes() -> Iterator[DoctorFinding]:
    from esmero.mailroom.models import Mailbox

    mailboxes = list(Mailbox.objects.filter(active=True).order_by("name"))
    if not mailboxes:
        return
    from esmero.mailroom.arriving.channels.imap_connection import MailboxTrouble
    from esmero.mailroom.arriving.channels.mailboxes import probe_mailbox

    for mailbox in mailboxes:
        where = f"Mailbox {mailbox.name} ({mailbox.username} at {mailbox.host}:{mailbox.port})"
        try:
            counts = probe_mailbox(mailbox)
        except MailboxTrouble as trouble:
            yield DoctorFinding("wrong", f"{where}: {trouble.text}", trouble.remedy)
            continue
        if mailbox.security == Mailbox.Security.NONE and mailbox.host not in {"127.0.0.1", "localhost", "::1"}:
            yield DoctorFinding("short", f"{where} answers, in the clear", "Use --security tls")
            continue
        yield DoctorFinding(
            "ok", f"{where} answers: {', '.join(f'{name} {number}' for name, number in counts.items())}"
        )


def _check_relay(relay: Any) -> DoctorFinding:
    import asyncio

    from esmero.outbox.relays import address_of
    from esmero.outbox.transports.smtp.pool import RelayTrouble, SmtpPool

    where = f"Relay {relay.name} ({relay.host}:{relay.port})"
    try:
        probe = asyncio.run(SmtpPool(address_of(relay, helo="localhost")).probe())
    except RelayTrouble as trouble:
        return DoctorFinding("wrong", f"{where}: {trouble.text}", trouble.remedy)
    if not probe.tls_version and relay.host not in {"127.0.0.1", "localhost", "::1"}:
        return DoctorFinding("short", f"{where} answers, in the clear", "Use --security starttls or tls")
    return DoctorFinding(
        "ok", f"{where} answers: {probe.tls_version or 'in the clear'}, {', '.join(probe.capabilities)}"
    )


def _list_dns_records(home: Path, *, look_up: bool) -> list[dict[str, Any]]:
    from esmero.house.models import Brand
    from esmero.outbox.domain_readiness import query_dns, records_for, zone_line

    records = []
    for brand in Brand.objects.order_by("slug"):
        for record in records_for(brand, home=home):
            trouble = str(query_dns(record)) if look_up else None
            records.append({"brand": brand.slug, **asdict(record), "line": zone_line(record), "trouble": trouble})
    return records


def _format_report(findings: list[DoctorFinding], records: list[dict[str, Any]]) -> list[str]:
    marks = {"ok": "ok    ", "short": "short ", "wrong": "WRONG "}
    lines = [f"{marks[one.state]}{one.what}{f'. {one.remedy}' if one.remedy else ''}" for one in findings]
    if records:
        lines += ["", "DNS records to publish:"]
    for one in records:
        checked = "" if one["trouble"] is None else " [ok]" if not one["trouble"] else f" [WRONG: {one['trouble']}]"
        lines += [f"; {one['brand']}: {one['why']}{checked}", one["line"]]
    if records:
        lines += [
            "; The address of the machine that sends needs a name that leads back to it (rDNS): your relay's, usually."
        ]
    return lines
