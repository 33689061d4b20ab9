"""Run `esmero send-test`: send the message of a campaign to a test address."""

import argparse

from esmero.management.command import CommandOutput, Commands, add_command
from esmero.refusal import NotThere


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands, "send-test", handler=send, summary="send a campaign's message to an address of your own"
    )
    command.add_argument("campaign", type=int, metavar="CAMPAIGN", help="id of the campaign")
    command.add_argument("--to", required=True, metavar="ADDRESS")
    command.add_argument(
        "--as", dest="person", metavar="WHO", help="number or address of the person whose fields to use"
    )
    command.add_argument("--language", choices=("es", "fr", "en"))


def send(options: argparse.Namespace) -> CommandOutput:
    """Queue a test send; the worker sends it before other messages."""
    from django.db.models import Q

    from esmero.mailroom.checking.test_send import send_test
    from esmero.management.lookup import find_campaign
    from esmero.people.models import Person

    campaign = find_campaign(options.campaign)
    person = None
    if options.person:
        person = Person.objects.filter(Q(number=options.person) | Q(address__value=options.person.lower())).first()
        if person is None:
            raise NotThere("person-unknown", text=options.person)
    message = send_test(campaign, to=options.to, by="command line", person=person, language=options.language or "")
    facts = {"message": message.pk, "to": message.address, "language": message.language}
    return CommandOutput(
        facts, f"{message.pk}\nThe worker sends it next; `esmero why {message.pk}` says what became of it."
    )
