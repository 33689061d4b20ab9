"""Run `esmero campaign`: create a draft, run the dry run, change the state, and report the statistics."""

import argparse
from typing import Any

from esmero.management.command import CommandOutput, Commands, add_command, add_group, format_table
from esmero.refusal import Refusal


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    group = add_group(commands, "campaign", summary="say something to a segment, once")
    create = add_command(group, "create", handler=create_draft, summary="make a draft and print its id")
    create.add_argument("--brand", required=True, metavar="CODE", help="code of the brand that writes")
    create.add_argument("--topic", required=True, metavar="CODE")
    create.add_argument(
        "--promotion-topic", metavar="CODE", help="whose permission the promotion in the template needs"
    )
    create.add_argument(
        "--template", required=True, action="append", metavar="[LANG=]FILE", help="MJML; once a language"
    )
    create.add_argument("--subject", required=True, action="append", metavar="[LANG=]TEXT")
    create.add_argument(
        "--preheader",
        action="append",
        default=[],
        metavar="[LANG=]TEXT",
        help="what mail programs show after the subject; once a language",
    )
    create.add_argument("--segment", required=True, metavar="NAME", help="name or id of a segment")
    create.add_argument(
        "--reason",
        required=True,
        action="append",
        metavar="[LANG=]TEXT",
        help="why it is worth the reader's time; readers see it",
    )
    create.add_argument("--name", help="for you and your colleagues (default: the subject)")
    create.add_argument("--language", choices=("es", "fr", "en"), help="of what names none (default: the brand's)")
    listing = add_command(group, "list", handler=list_campaigns, summary="list the campaigns, the newest first")
    listing.add_argument("--brand", metavar="CODE", help="only those of this brand")
    by_id = {
        "dry-run": (dry_run, "ask the gate about everybody in the segment; nothing is sent"),
        "start": (start, "freeze the audience of the dry run and begin to send"),
        "pause": (pause, "stop sending; what is on the wire is finished"),
        "resume": (resume, "go on where it was paused"),
        "cancel": (cancel, "end it: what has not left never leaves"),
        "status": (status, "counts by state and by reason"),
    }
    for name, (handler, summary) in by_id.items():
        add_command(group, name, handler=handler, summary=summary).add_argument(
            "id", type=int, metavar="ID", help="the number that `campaign create` printed"
        )


def create_draft(options: argparse.Namespace) -> CommandOutput:
    """Create a template from files and a draft Campaign; print the findings for its texts as advice."""
    from django.db import transaction

    from esmero.campaigns.lifecycle import create_campaign
    from esmero.content.versions import add_version, create_template
    from esmero.mailroom.composing.recipient_fields import known_fields
    from esmero.management.commands.messages.template_files import read_sources
    from esmero.management.lookup import find_brand, find_segment, find_topic
    from esmero.management.reader_language import list_text_findings
    from esmero.management.translated_arguments import parse_translations

    brand = find_brand(options.brand)
    topic = find_topic(options.topic, brand=brand)
    promotion = find_topic(options.promotion_topic, brand=brand) if options.promotion_topic else None
    segment = find_segment(options.segment)
    language = options.language or brand.language
    reason = parse_translations(options.reason, default=language)
    sources = read_sources(
        parse_translations(options.template, default=language),
        subjects=parse_translations(options.subject, default=language),
        preheaders=parse_translations(options.preheader, default=language),
    )
    name = (options.name or sources[0].subject)[:150]
    with transaction.atomic():
        template = create_template(name, brand=brand)
        version = add_version(template, texts=sources, fields=known_fields(), created_by="command line")
        campaign = create_campaign(
            name,
            brand=brand,
            topic=topic,
            version=version,
            segment=segment,
            reason=reason,
            by="command line",
            promotion_topic=promotion,
        )
    found = list_text_findings(campaign)
    advice = format_table([(one["language"], one["place"], one["words"]) for one in found])
    return CommandOutput({**_facts(campaign), "findings": found}, str(campaign.pk), advice=advice)


def list_campaigns(options: argparse.Namespace) -> CommandOutput:
    """List campaigns, the newest first."""
    from esmero.campaigns.models import Campaign
    from esmero.management.lookup import find_brand

    rows = Campaign.objects.select_related("brand", "topic", "segment").order_by("-id")
    if options.brand:
        rows = rows.filter(brand=find_brand(options.brand))
    facts = [_facts(one) for one in rows]
    lines = [(f["id"], f["state"], f["brand"], f["topic"], f["name"]) for f in facts]
    return CommandOutput(
        facts, format_table(lines, header=("id", "state", "brand", "topic", "name")) or "There is no campaign yet."
    )


def dry_run(options: argparse.Namespace) -> CommandOutput:
    """Run the dry run to its end in this process and count persons by reason."""
    from esmero.campaigns.lifecycle import begin_dry_run
    from esmero.campaigns.models import Campaign
    from esmero.mailroom.planning.dry_run import run_chunk
    from esmero.management.foreground_jobs import run_in_foreground
    from esmero.management.lookup import find_campaign
    from esmero.management.reader_language import say_trouble

    campaign = find_campaign(options.id)
    if campaign.state != Campaign.State.CHECKING:  # else resume: a command was killed, or another process began it
        campaign = begin_dry_run(campaign, by="command line")
    assert campaign.job is not None
    job = run_in_foreground(campaign.job, chunk=run_chunk)
    if job.trouble:
        raise Refusal("dry-run-stopped", id=campaign.pk, trouble=say_trouble(job.trouble))
    campaign = Campaign.objects.get(pk=campaign.pk)
    return _format_dry_run(campaign, campaign.counts)


def _format_dry_run(campaign: Any, counts: dict[str, Any]) -> CommandOutput:
    from esmero.campaigns.models import COUNTS_WITHOUT_REASON
    from esmero.mailroom.planning.objection_order import SLUGS, sort_by_rule
    from esmero.web.labels.messages import label_objection

    reasons = sort_by_rule({code: number for code, number in counts.items() if code not in COUNTS_WITHOUT_REASON})
    audience, go, wait = (int(counts.get(name, 0)) for name in ("audience", "go", "wait"))
    facts = {
        "id": campaign.pk,
        "state": campaign.state,
        "audience": audience,
        "go": go,
        "wait": wait,
        "refused": sum(reasons.values()),
        "reasons": [
            {"code": code, "slug": SLUGS.get(code, ""), "words": label_objection(code), "people": number}
            for code, number in reasons.items()
        ],
    }
    lines = [(number, code, label_objection(code)) for code, number in reasons.items()]
    waits = sort_by_rule(counts.get("waits", {}))
    facts["waits"] = waits
    waiting = [(number, code, f"of these: {label_objection(code)}") for code, number in waits.items()]
    rows = [(audience, "", "in the segment"), *lines, (wait, "", "wait for a while"), *waiting, (go, "", "get it")]
    if "promotion" in counts:
        facts["promotion"] = counts["promotion"]
        rows += [
            (
                number,
                "" if code == "with" else code,
                "with the promotion" if code == "with" else "without: " + _explain_lost_promotion(code),
            )
            for code, number in counts["promotion"].items()
        ]
    return CommandOutput(facts, format_table([line for line in rows if line[0] or line[2] != "wait for a while"]))


def _explain_lost_promotion(code: str) -> str:
    from esmero.web.labels.messages import label_objection

    return "no topic was chosen for the promotion" if code == "no-topic" else str(label_objection(code))


def start(options: argparse.Namespace) -> CommandOutput:
    """Start a campaign after its dry run; a worker sends it."""
    from esmero.campaigns.lifecycle import start_campaign

    return _change_state(options, start_campaign)


def pause(options: argparse.Namespace) -> CommandOutput:
    """Pause a campaign."""
    from esmero.campaigns.lifecycle import pause_campaign

    return _change_state(options, pause_campaign)


def resume(options: argparse.Namespace) -> CommandOutput:
    """Resume a paused campaign."""
    from esmero.campaigns.lifecycle import resume_campaign

    return _change_state(options, resume_campaign)


def cancel(options: argparse.Namespace) -> CommandOutput:
    """Cancel a campaign."""
    from esmero.campaigns.lifecycle import cancel_campaign

    return _change_state(options, cancel_campaign)


def _change_state(options: argparse.Namespace, transition: Any) -> CommandOutput:
    from esmero.management.lookup import find_campaign

    campaign = transition(find_campaign(options.id), by="command line")
    return CommandOutput(_facts(campaign), f"{campaign.pk} {campaign.state}")


def status(options: argparse.Namespace) -> CommandOutput:
    """Report the statistics of a campaign: messages by state, refusals by reason, events by kind."""
    from django.utils import timezone

    from esmero.campaigns.models import COUNTS_WITHOUT_REASON
    from esmero.dossier.statistics.dispatch_statistics import count_statistics
    from esmero.mailroom.planning.objection_order import sort_by_rule
    from esmero.management.lookup import find_campaign
    from esmero.management.reader_language import say_trouble
    from esmero.web.labels.messages import label_objection

    campaign = find_campaign(options.id)
    statistics = count_statistics(campaign.dispatch_id, at=timezone.now()) if campaign.dispatch_id else None
    states = dict(sorted(statistics.states.items())) if statistics else {}
    dry_run_reasons = {code: number for code, number in campaign.counts.items() if code not in COUNTS_WITHOUT_REASON}
    reasons = sort_by_rule(statistics.below("refused") if statistics else dry_run_reasons)
    acted = statistics.below("acted") if statistics else {}
    events = {key.removesuffix("|person"): number for key, number in sorted(acted.items()) if key.endswith("|person")}
    facts = {**_facts(campaign), "states": states, "reasons": reasons, "events": events, "dry_run": campaign.counts}
    parts = [f"{campaign.pk} {campaign.name}: {campaign.state}"]
    if campaign.job is not None and campaign.job.state == "failed":
        parts.append(f"failed: {say_trouble(campaign.job.trouble)}")
    parts.append(format_table([(number, state) for state, number in states.items()]))
    parts.append(format_table([(number, code, label_objection(code)) for code, number in reasons.items()]))
    parts.append(format_table([(number, kind) for kind, number in events.items()]))
    return CommandOutput(facts, "\n".join(part for part in parts if part))


def _facts(campaign: Any) -> dict[str, Any]:
    return {
        "id": campaign.pk,
        "name": campaign.name,
        "state": campaign.state,
        "brand": campaign.brand.slug,
        "topic": campaign.topic.code,
        "segment": campaign.segment.name if campaign.segment else None,
        "created_at": campaign.created_at,
        "checked_at": campaign.checked_at,
        "started_at": campaign.started_at,
        "finished_at": campaign.finished_at,
    }
