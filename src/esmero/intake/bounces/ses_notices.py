"""Read notices of Amazon SES that SNS sends by mail: the facts of a delivery report, in JSON."""

from collections.abc import Mapping
from dataclasses import dataclass

from esmero.intake.bounces.dsn import MAX_RECIPIENTS, Report, clean_address, make_report
from esmero.intake.bounces.returned_message import parse_object


@dataclass(frozen=True, slots=True)
class SesNotice:
    """Describe a notice; `type` is bounce, complaint or another word of the provider in lower case."""

    type: str
    reports: tuple[Report, ...]
    recipients: tuple[str, ...]
    message_id: str


def read_ses_notice(text: str) -> SesNotice | None:
    """Return the notice in a text that begins with a JSON object, or None."""
    outer = parse_object(text.replace("\n", " ") if text.lstrip().startswith("{") else "")
    inner = outer.get("Message")
    if isinstance(inner, str):
        outer = parse_object(inner)
    kind = outer.get("notificationType", outer.get("eventType"))
    if not isinstance(kind, str):
        return None
    bounce, complaint, mail = (_mapping(outer.get(name)) for name in ("bounce", "complaint", "mail"))
    reports = tuple(_read_recipient(item, bounce) for item in _items(bounce.get("bouncedRecipients"))[:MAX_RECIPIENTS])
    complained = tuple(
        clean_address(_word(item, "emailAddress")) for item in _items(complaint.get("complainedRecipients"))
    )
    return SesNotice(kind.lower(), reports, tuple(filter(None, complained))[:MAX_RECIPIENTS], _word(mail, "messageId"))


def _read_recipient(item: Mapping[str, object], bounce: Mapping[str, object]) -> Report:
    return make_report(
        clean_address(_word(item, "emailAddress")),
        action="delayed"
        if _word(item, "action") == "delayed" or _word(bounce, "bounceType") == "Transient"
        else "failed",
        status=_word(item, "status"),
        diagnostic=_word(item, "diagnosticCode").removeprefix("smtp;").strip() or _word(bounce, "bounceSubType"),
        envelope_id=_word(bounce, "feedbackId"),
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _word(item: Mapping[str, object], name: str) -> str:
    value = item.get(name)
    return value[:2_000] if isinstance(value, str) else ""
