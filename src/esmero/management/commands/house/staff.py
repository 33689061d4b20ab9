"""Run `esmero staff`: create, change and list the users of the console and their roles."""

import argparse
import getpass
import os
import sys

from esmero.management.command import CommandOutput, Commands, add_command, add_group, format_table
from esmero.refusal import InvalidValue


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    group = add_group(commands, "staff", summary="who may sign in to the console")
    create = add_command(
        group, "create", handler=create_staff, summary="make a log-in, or change the one of this address"
    )
    create.add_argument("email", help="address to sign in with")
    create.add_argument("--name", default="", help="as colleagues know them (default: from the address)")
    create.add_argument("--role", help="owner, manager, agent, reader, or the code of an own one (default: reader)")
    create.add_argument("--language", choices=("es", "fr", "en"))
    create.add_argument("--timezone", help="e.g. Europe/Madrid (default: the house's)")
    add_command(group, "list", handler=list_staff, summary="list the log-ins")


def create_staff(options: argparse.Namespace) -> CommandOutput:
    """Create or change a User; read the password from ESMERO_STAFF_PASSWORD or prompt for it."""
    from django.conf import settings
    from django.contrib.auth.password_validation import validate_password
    from django.db import transaction

    from esmero.house.audit import note
    from esmero.house.models import User
    from esmero.house.roles import list_roles

    if options.role and options.role not in list_roles():
        raise InvalidValue("role-unknown", role=options.role)
    email = options.email.strip().lower()
    user = User.objects.filter(email=email).first() or User(email=email)
    user.name = options.name or user.name or email.partition("@")[0]
    is_new = user.pk is None
    user.role = options.role or (User.Role.READER if is_new else user.role)
    user.language = options.language or (settings.ESMERO.language if is_new else user.language)
    user.timezone = options.timezone or (settings.ESMERO.time_zone if is_new else user.timezone)
    password = _read_password(email)
    validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    with transaction.atomic():
        user.save()
        note("staff.saved", by="command line", subject=user, facts={"email": email, "role": user.role})
    return CommandOutput({"id": user.pk, "email": email, "role": user.role}, email)


def _read_password(email: str) -> str:
    if "ESMERO_STAFF_PASSWORD" in os.environ:
        return os.environ["ESMERO_STAFF_PASSWORD"]
    if not sys.stdin.isatty():
        raise InvalidValue("staff-password-missing")
    first = getpass.getpass(f"Password for {email}: ")
    if getpass.getpass("Once more: ") != first:
        raise InvalidValue("passwords-differ")
    return first


def list_staff(options: argparse.Namespace) -> CommandOutput:  # noqa: ARG001
    """List all users."""
    from esmero.house.models import User

    fields = ("id", "email", "name", "role", "language", "is_active")
    facts = list(User.objects.order_by("email").values(*fields))
    rows = [(f["email"], f["name"], f["role"], f["language"], "" if f["is_active"] else "locked") for f in facts]
    return CommandOutput(
        facts, format_table(rows, header=("e-mail", "name", "role", "language", "")) or "There is no log-in yet."
    )
