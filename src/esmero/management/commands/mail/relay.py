"""Run `esmero relay`: create, change and list relays."""

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any

from esmero.management.command import CommandOutput, Commands, add_command, add_group, format_table
from esmero.refusal import InvalidValue

PORTS = {"none": 25, "starttls": 587, "tls": 465}


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    group = add_group(commands, "relay", summary="ways out: SMTP relays, or the capture behind the catcher")
    create = add_command(group, "create", handler=create_relay, summary="make a relay, or change the one of this name")
    create.add_argument("name", help="short name, e.g. main")
    create.add_argument("--host", default="", help="host name of the relay")
    create.add_argument("--port", type=int, help="default: 587 with starttls, 465 with tls, 25 with none")
    create.add_argument("--security", choices=tuple(PORTS), default="starttls", help="default: starttls")
    create.add_argument("--username", default="", help="log-in at the relay; the password is asked for or read")
    password = create.add_mutually_exclusive_group()
    password.add_argument(
        "--password-file", type=Path, help="file with the password; else ESMERO_RELAY_PASSWORD, else it is asked for"
    )
    create.add_argument("--ca-file", default="", help="certificates that vouch for the relay, if not the system's")
    create.add_argument("--capture", action="store_true", help="send nothing: keep each message for the catcher")
    create.add_argument("--brand", metavar="CODE", help="only for this brand's mail (default: for all)")
    create.add_argument("--connections", type=int, default=8, help="at most so many at once (default: 8)")
    create.add_argument("--per-second", type=int, help="at most so many messages a second")
    create.add_argument("--relay-signs", action="store_true", help="the relay adds the DKIM signature")
    add_command(group, "list", handler=list_relays, summary="list the relays")


def create_relay(options: argparse.Namespace) -> CommandOutput:
    """Create or change a Relay; never read the password from the arguments, which other users can see."""
    from esmero.management.lookup import find_brand
    from esmero.outbox.models import Relay
    from esmero.outbox.relays import save_relay

    if not options.capture and not options.host:
        raise InvalidValue("relay-without-host")
    for name, most in (("port", 65_535), ("connections", 1_000), ("per_second", 1_000_000)):
        value = getattr(options, name)
        if value is not None and not 1 <= value <= most:
            raise InvalidValue("number-out-of-range", option=f"--{name.replace('_', '-')}", value=value, most=most)
    facts = {
        "brand": find_brand(options.brand) if options.brand else None,
        "kind": Relay.Kind.CAPTURE if options.capture else Relay.Kind.SMTP,
        "host": options.host,
        "port": options.port or PORTS[options.security],
        "security": options.security,
        "username": options.username,
        "ca_file": str(Path(options.ca_file).absolute()) if options.ca_file else "",
        "connections": options.connections,
        "per_second": options.per_second,
        "relay_signs": options.relay_signs,
    }
    relay = Relay.objects.filter(name=options.name).first() or Relay(name=options.name)
    password = _read_password(options) if options.username else None
    save_relay(relay, facts=facts, password=password, by="command line")
    return CommandOutput(_facts(relay), relay.name)


def _read_password(options: argparse.Namespace) -> str:
    if options.password_file:
        return str(options.password_file.read_text("utf-8")).rstrip("\r\n")
    if "ESMERO_RELAY_PASSWORD" in os.environ:
        return os.environ["ESMERO_RELAY_PASSWORD"]
    if not sys.stdin.isatty():
        raise InvalidValue("relay-password-missing")
    return getpass.getpass(f"Password of {options.username} at {options.host}: ")


def list_relays(options: argparse.Namespace) -> CommandOutput:  # noqa: ARG001
    """List all relays without their passwords."""
    from esmero.outbox.queries import list_relays as read_relays

    facts = [_facts(one) for one in read_relays()]
    rows = [
        (f["name"], f["kind"], f"{f['host']}:{f['port']}" if f["host"] else "", f["security"], f["trouble"])
        for f in facts
    ]
    return CommandOutput(
        facts, format_table(rows, header=("name", "kind", "address", "security", "trouble")) or "There is no relay yet."
    )


def _facts(relay: Any) -> dict[str, Any]:
    from django.forms.models import model_to_dict

    return model_to_dict(relay, exclude=["password"])
