"""Run `esmero topic`: create and list the topics of brands and their purposes."""

import argparse

from esmero.management.command import CommandOutput, Commands, add_command, add_group, format_table


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    group = add_group(commands, "topic", summary="what a brand writes about, and people can choose")
    create = add_command(group, "create", handler=create_topic, summary="make a topic")
    create.add_argument("code", help="short code, e.g. newsletter")
    create.add_argument("--brand", required=True, metavar="CODE", help="code of the brand that writes about it")
    create.add_argument("--name", metavar="[LANG=]TEXT", action="append", help="what readers see; once a language")
    create.add_argument("--description", metavar="[LANG=]TEXT", action="append", help="one sentence for readers")
    create.add_argument("--purpose", default="", metavar="CODE", help="what the permission is for (default: marketing)")
    create.add_argument(
        "--service",
        action="store_true",
        help="this purpose is no advertising (service, contract); counts when the purpose is new",
    )
    create.add_argument(
        "--public-archive",
        action="store_true",
        help="anybody may read its issues on the web (personal parts taken out)",
    )
    listing = add_command(group, "list", handler=list_topics, summary="list the topics")
    listing.add_argument("--brand", metavar="CODE", help="only those of this brand")


def create_topic(options: argparse.Namespace) -> CommandOutput:
    """Create a Topic, and its Purpose if that is new."""
    from django.db import transaction

    from esmero.house.audit import note
    from esmero.management.lookup import find_brand
    from esmero.management.translated_arguments import parse_translations
    from esmero.people.models import Purpose, Topic

    brand = find_brand(options.brand)
    code = options.purpose or ("service" if options.service else "marketing")
    name = parse_translations(options.name or [], default=brand.language) or {brand.language: options.code}
    with transaction.atomic():
        purpose, _ = Purpose.objects.get_or_create(
            code=code, defaults={"name": {brand.language: code}, "commercial": not options.service}
        )
        description = parse_translations(options.description or [], default=brand.language)
        topic = Topic(brand=brand, code=options.code, name=name, description=description, purpose=purpose)
        topic.archive_is_public = options.public_archive
        topic.full_clean()
        topic.save()
        note("topic.created", by="command line", subject=topic, facts={"code": topic.code})
    facts = {"id": topic.pk, "code": topic.code, "brand": brand.slug, "purpose": code, "commercial": purpose.commercial}
    return CommandOutput(facts, topic.code)


def list_topics(options: argparse.Namespace) -> CommandOutput:
    """List topics."""
    from esmero.management.lookup import find_brand
    from esmero.people.models import Topic

    topics = Topic.objects.select_related("brand", "purpose").order_by("brand__slug", "code")
    if options.brand:
        topics = topics.filter(brand=find_brand(options.brand))
    facts = [
        {
            "id": one.pk,
            "code": one.code,
            "brand": one.brand.slug,
            "name": one.name,
            "purpose": one.purpose.code,
            "commercial": one.purpose.commercial,
        }
        for one in topics
    ]
    rows = [
        (f["brand"], f["code"], f["purpose"], "advertising" if f["commercial"] else "no advertising") for f in facts
    ]
    return CommandOutput(
        facts, format_table(rows, header=("brand", "code", "purpose", "kind")) or "There is no topic yet."
    )
