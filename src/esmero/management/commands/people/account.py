"""Run `esmero account`: open, close and list the accounts of customers."""

import argparse
from typing import Any

from esmero.management.command import CommandOutput, Commands, add_command, add_group, format_table
from esmero.refusal import NotThere


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    group = add_group(commands, "account", summary="who may sign in to the customer area")
    create = add_command(
        group, "open", handler=open_one, summary="open an account; the person sets a password by a link in a mail"
    )
    create.add_argument("person", help="customer number or e-mail address of the person")
    create.add_argument("--brand", required=True, help="brand that writes to them, by its code")
    create.add_argument("--user-name", default="", help="to sign in with, besides the address")
    close = add_command(group, "close", handler=close_one, summary="let nobody sign in to it any more")
    close.add_argument("account", help="user name or e-mail address of the account")
    add_command(group, "list", handler=list_accounts, summary="list the accounts")


def open_one(options: argparse.Namespace) -> CommandOutput:
    """Open an account for one person."""
    from django.db.models import Q
    from django.utils import timezone

    from esmero.accounts.opening import open_account
    from esmero.management.lookup import find_brand
    from esmero.people.models import Person

    text = options.person.strip()
    named = Q(number=text) | Q(address__value=text.lower())
    found = list(Person.objects.filter(named, state=Person.State.ACTIVE).order_by("id")[:2])
    if len(found) != 1:  # an address may be of two persons, whose numbers tell them apart
        raise NotThere("person-unknown", text=text)
    account = open_account(
        found[0],
        brand=find_brand(options.brand),
        by="command line",
        at=timezone.now(),
        user_name=options.user_name,
    )
    facts = {"id": account.pk, "email": account.user.email, "user_name": account.user.username or ""}
    return CommandOutput(facts, account.user.username or account.user.email)


def close_one(options: argparse.Namespace) -> CommandOutput:
    """Close an open account."""
    from django.utils import timezone

    from esmero.accounts.opening import close_account, find_account_by_name

    account = find_account_by_name(options.account)
    if account is None:
        raise NotThere("account-unknown", name=options.account)
    close_account(account, by="command line", at=timezone.now())
    return CommandOutput({"id": account.pk}, account.user.email)


def list_accounts(options: argparse.Namespace) -> CommandOutput:  # noqa: ARG001
    """List all accounts."""
    from esmero.accounts.models import CustomerAccount

    rows = CustomerAccount.objects.select_related("user", "person", "brand").order_by("id")
    facts: list[dict[str, Any]] = [
        {
            "id": one.pk,
            "user_name": one.user.username or "",
            "email": one.user.email,
            "person": one.person.number or "",
            "brand": one.brand.slug,
            "open": one.user.is_active,
        }
        for one in rows
    ]
    lines = [(f["user_name"], f["email"], f["person"], f["brand"], "" if f["open"] else "closed") for f in facts]
    header = ("user name", "e-mail", "person", "brand", "")
    return CommandOutput(facts, format_table(lines, header=header) or "There is no account yet.")
