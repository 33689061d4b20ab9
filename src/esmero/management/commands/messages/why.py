"""Run `esmero why`: explain the verdict on a message, or report everything recorded about an address."""

import argparse
from typing import Any

from esmero.management.command import CommandOutput, Commands, add_command, format_table
from esmero.refusal import NotThere


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands, "why", handler=explain, summary="why a message left or did not; or all about an address"
    )
    command.add_argument("what", metavar="MESSAGE|ADDRESS", help="id or Message-ID of a message, or an e-mail address")


def explain(options: argparse.Namespace) -> CommandOutput:
    """Explain the Message with this id or Message-ID, else the address."""
    from esmero.management.lookup import find_message

    message = find_message(options.what)
    if message is not None:
        facts = describe_message(message)
        return CommandOutput(facts, "\n".join(_format_message(facts)))
    if "@" in options.what:
        return _explain_address(options.what.strip().strip("<>").lower())
    raise NotThere("message-unknown", text=options.what)


def describe_message(message: Any) -> dict[str, Any]:
    """Return the stored verdict of a Message with its facts, the permissions of the person, and the events."""
    from esmero.outbox.models import MessageEvent
    from esmero.web.labels.messages import label_objection

    dispatch = message.dispatch
    facts = message.objections or {}
    objections = [
        {"code": code, "words": label_objection(code), "facts": facts.get(code.partition(":")[0], {})}
        for code in message.verdict.split()
    ]
    events = MessageEvent.objects.filter(message=message).select_related("link").order_by("at", "id")
    return {
        "id": message.pk,
        "address": message.address,
        "person": message.person_id,
        "state": message.state,
        "sent_at": message.sent_at,
        "due_at": message.due_at,
        "message_id": message.opaque,
        "brand": dispatch.brand.slug,
        "topic": dispatch.topic.code if dispatch.topic else "",
        "class": dispatch.message_class,
        "reason": dispatch.reason,
        "verdict": "go" if not objections else "objected",
        "objections": objections,
        "trouble": message.trouble,
        "permissions": describe_permissions(message.person_id) if message.person_id else [],
        "events": [
            {
                "at": one.at,
                "kind": one.kind,
                "machine": one.machine,
                "link": one.link.url if one.link else "",
                **one.facts,
            }
            for one in events
        ],
    }


def describe_permissions(person: int) -> list[dict[str, Any]]:
    """Return each Permission of a person with the ledger entry that proves it."""
    from esmero.people.models import Permission

    rows = Permission.objects.filter(person=person).select_related("brand", "purpose", "topic", "entry")
    return [
        {
            "brand": one.brand.slug,
            "purpose": one.purpose.code,
            "topic": one.topic.code if one.topic else "",
            "channel": one.channel,
            "state": one.state,
            "basis": one.basis,
            "at": one.entry.at,
            "source": one.entry.source,
            "wording": one.entry.wording,
            "place": one.entry.proof_place,
        }
        for one in rows.order_by("brand__slug", "id")
    ]


def _format_message(facts: dict[str, Any]) -> list[str]:
    from esmero.management.reader_language import say_trouble

    lines = [f"Message {facts['id']} to {facts['address'] or '(no address)'}: {facts['state']}"]
    lines += [f"  {facts['brand']}, {facts['class']}" + (f", topic {facts['topic']}" if facts["topic"] else "")]
    lines += [f"  sent {facts['sent_at']:%Y-%m-%d %H:%M:%S %Z}"] if facts["sent_at"] else []
    lines += [f"  next try {facts['due_at']:%Y-%m-%d %H:%M:%S %Z}"] if facts["due_at"] else []
    lines += [f"  {say_trouble(facts['trouble'])}"] if facts["trouble"] else []
    lines += [f"  because: {words}" for words in facts["reason"].values()]
    lines += ["The gate had nothing against it."] if not facts["objections"] else ["The gate objected:"]
    for one in facts["objections"]:
        details = ", ".join(f"{key} {value}" for key, value in one["facts"].items())
        lines.append(f"  {one['code']} {one['words']}" + (f" ({details})" if details else ""))
    if facts["permissions"]:
        lines += ["What the ledger says:", *_format_permissions(facts["permissions"])]
    if facts["events"]:
        lines.append("What happened since:")
        lines += [
            f"  {one['at']:%Y-%m-%d %H:%M:%S} {one['kind']} {one.get('meaning', '')}".rstrip()
            for one in facts["events"]
        ]
    return lines


def _format_permissions(permissions: list[dict[str, Any]]) -> list[str]:
    rows = [
        (
            f"  {one['brand']}",
            one["topic"] or one["purpose"],
            one["state"],
            one["basis"],
            f"{one['at']:%Y-%m-%d}",
            one["source"],
        )
        for one in permissions
    ]
    return format_table(rows).splitlines()


def _explain_address(value: str) -> CommandOutput:
    from django.db.models import Q

    from esmero.outbox.models import Message
    from esmero.people.addresses.suppression import find_suppressions
    from esmero.people.models import Address, Person

    address = Address.objects.filter(value=value).first()
    suppression = find_suppressions([value]).get(value)
    points = Q(address__value=value) | Q(contact_points__kind="email", contact_points__value__iexact=value)
    people = list(Person.objects.filter(points).distinct().order_by("id"))
    rows = Message.objects.filter(address=value).select_related("dispatch__brand", "dispatch__topic").order_by("-id")
    messages = [describe_message(one) for one in rows[:20]]
    if address is None and suppression is None and not people and not messages:
        raise NotThere("address-unknown", address=value)
    facts = {
        "address": value,
        "standing": address.standing if address else "unknown",
        "standing_reason": address.reason if address else "",
        "suppression": {
            "scope": suppression.scope,
            "reason": suppression.reason,
            "since": suppression.since,
            "evidence": suppression.evidence,
        }
        if suppression
        else None,
        "people": [
            {"id": one.pk, "number": one.number, "name": str(one), "permissions": describe_permissions(one.pk)}
            for one in people
        ],
        "messages": messages,
    }
    return CommandOutput(facts, "\n".join(_format_address(facts)))


def _format_address(facts: dict[str, Any]) -> list[str]:
    lines = [f"{facts['address']}: {facts['standing']} {facts['standing_reason']}".rstrip()]
    if facts["suppression"]:
        suppression = facts["suppression"]
        scope = "advertising" if suppression["scope"] == "commercial" else "everything"
        lines.append(
            f"  silent for {scope} since {suppression['since']:%Y-%m-%d}: {suppression['reason']}"
            f" ({suppression['evidence']})"
        )
    for one in facts["people"]:
        lines += [
            f"Person {one['id']} {one['name']} (number {one['number'] or 'none'})",
            *(_format_permissions(one["permissions"]) or ["  The ledger holds no permission of theirs."]),
        ]
    for one in facts["messages"]:
        lines += _format_message({**one, "permissions": []})
    return lines
