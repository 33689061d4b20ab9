"""Run `esmero mailbox`: create, check and list the IMAP mailboxes that are read."""

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any

from esmero.management.command import CommandOutput, Commands, add_command, add_group, format_table
from esmero.refusal import InvalidValue, NotThere

SECURITY = ("tls", "starttls", "none")


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    group = add_group(commands, "mailbox", summary="mailboxes that are read by IMAP for what comes back")
    create = add_command(
        group, "create", handler=create_mailbox, summary="make a mailbox, or change the one of this name"
    )
    create.add_argument("name", help="short name, e.g. returns")
    create.add_argument("--host", required=True, help="host name of the IMAP server")
    create.add_argument("--port", type=int, help="default: 993 with tls, 143 otherwise")
    create.add_argument("--security", choices=SECURITY, default="tls", help="default: tls")
    create.add_argument("--username", required=True, help="whom the server knows the mailbox by")
    create.add_argument("--access", choices=("password", "xoauth2"), default="password", help="default: password")
    create.add_argument(
        "--password-file",
        type=Path,
        help="file with the password or refresh token; else ESMERO_MAILBOX_PASSWORD, else it is asked for",
    )
    create.add_argument("--token-url", default="", help="xoauth2: where a refresh token is traded for an access token")
    create.add_argument("--client-id", default="", help="xoauth2: the id that the provider gave to this house")
    create.add_argument("--client-secret-file", type=Path, help="xoauth2: file with the secret that goes with it")
    create.add_argument("--ca-file", default="", help="certificates that vouch for the server, if not the system's")
    create.add_argument("--folder", action="append", default=[], help="may be repeated (default: INBOX)")
    create.add_argument("--off", action="store_true", help="keep it, but do not read it")
    check = add_command(group, "check", handler=check_mailbox, summary="sign in and say what is there; reads nothing")
    check.add_argument("name", help="as in `esmero mailbox list`")
    add_command(
        group,
        "list",
        handler=list_mailboxes,
        summary="list the mailboxes, how far they are read and what troubles them",
    )


def create_mailbox(options: argparse.Namespace) -> CommandOutput:
    """Create or change a Mailbox; never read the password from the arguments, which other users can see."""
    from esmero.mailroom.arriving.channels.mailbox_settings import PORTS, save_mailbox
    from esmero.mailroom.models import Mailbox

    mailbox = Mailbox.objects.filter(name=options.name).first() or Mailbox(name=options.name)
    facts = {
        "host": options.host,
        "port": options.port or PORTS[options.security],
        "security": options.security,
        "username": options.username,
        "access": options.access,
        "ca_file": str(Path(options.ca_file).absolute()) if options.ca_file else "",
        "token_url": options.token_url,
        "client_id": options.client_id,
        "folders": options.folder or ["INBOX"],
        "active": not options.off,
    }
    client_secret = _read_file(options.client_secret_file) if options.client_secret_file else ""
    save_mailbox(mailbox, facts=facts, secret=_read_secret(options), client_secret=client_secret, by="command line")
    return CommandOutput(_facts(mailbox), mailbox.name)


def _read_secret(options: argparse.Namespace) -> str:
    if options.password_file:
        return _read_file(options.password_file)
    if "ESMERO_MAILBOX_PASSWORD" in os.environ:
        return os.environ["ESMERO_MAILBOX_PASSWORD"]
    if not sys.stdin.isatty():
        raise InvalidValue("mailbox-password-missing")
    return getpass.getpass(f"Password of {options.username} at {options.host}: ")


def _read_file(path: Path) -> str:
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except OSError as fault:
        raise InvalidValue("secret-file-unreadable", file=str(path), trouble=fault.strerror) from fault


def check_mailbox(options: argparse.Namespace) -> CommandOutput:
    """Sign in and count the messages of each folder; read and change nothing."""
    from esmero.mailroom.arriving.channels.mailboxes import probe_mailbox
    from esmero.mailroom.models import Mailbox

    mailbox = Mailbox.objects.filter(name=options.name).first()
    if mailbox is None:
        raise NotThere("mailbox-unknown", name=options.name)
    counts = probe_mailbox(mailbox)
    rows = [(name, str(number)) for name, number in counts.items()]
    return CommandOutput({"name": mailbox.name, "folders": counts}, format_table(rows, header=("folder", "messages")))


def list_mailboxes(options: argparse.Namespace) -> CommandOutput:  # noqa: ARG001
    """List all mailboxes without their passwords."""
    from esmero.mailroom.models import Mailbox

    facts = [_facts(one) for one in Mailbox.objects.prefetch_related("read").order_by("name")]
    rows = [
        (
            f["name"],
            f"{f['username']} at {f['host']}:{f['port']}",
            "" if f["active"] else "off",
            ", ".join(f"{name} to {uid}" for name, uid in f["read"].items()),
            f["trouble"],
        )
        for f in facts
    ]
    header = ("name", "mailbox", "", "read", "trouble")
    return CommandOutput(facts, format_table(rows, header=header) if rows else "There is no mailbox yet.")


def _facts(mailbox: Any) -> dict[str, Any]:
    from django.forms.models import model_to_dict

    facts = model_to_dict(mailbox, exclude=["secret", "client_secret", "check_result", "checked_at"])
    return {**facts, "read": {one.name: one.last_uid for one in mailbox.read.all()}}
