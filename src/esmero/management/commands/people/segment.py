"""`esmero segment`: saved lists of conditions, counted exactly."""

import argparse
import json
from pathlib import Path
from typing import Any

from esmero.management.command import CommandFault, CommandOutput, Commands, add_group, add_leaf, lay_out

EXAMPLES = """Conditions: `tenure > 12`, `language = es`, `contract in One year, Two year`, `city known`, `tag = vip`,
`birthday anniversary 7`, `added last 30`, `permission fibra-norte/novedades = granted`, `topic fibra-norte/novedades =
yes`, `did clicked topic fibra-norte/novedades times 2 last 30`, `segment = Name`, `import = 12`, `list = 1001, 1002`; a
leading `not` turns one round. Without any condition a segment is everybody."""


def add(commands: Commands) -> None:
    """Add the commands."""
    group = add_group(commands, "segment", words="saved lists of conditions, counted exactly")
    create = add_leaf(group, "create", act=create_segment, words=f"save a segment. {EXAMPLES}")
    create.add_argument("name", help="how you and your colleagues call it")
    create.add_argument("--brand", metavar="CODE", help="only for this brand (default: for all)")
    count = add_leaf(group, "count", act=count_segment, words=f"count a segment, or conditions. {EXAMPLES}")
    count.add_argument("name", nargs="?", help="name or id of a segment")
    for leaf in (create, count):
        leaf.add_argument("--where", action="append", default=[], metavar="CONDITION", help="repeat it: all must hold")
        leaf.add_argument("--any", action="store_true", help="one of the conditions is enough")
        leaf.add_argument("--conditions", type=Path, metavar="FILE", help="nested conditions, as JSON")
    add_leaf(group, "list", act=list_all, words="list the segments")


def create_segment(options: argparse.Namespace) -> CommandOutput:
    """Check the conditions, count, and save."""
    from esmero.dossier.segments.saving import is_name_free, save_segment
    from esmero.management.lookup import find_brand

    if not options.name.strip() or options.name.isdecimal():
        raise CommandFault(
            f"A segment needs a name that is not a number, so that it cannot be taken for an id: {options.name!r}."
        )
    if not is_name_free(options.name, besides=None):
        raise CommandFault(f"There is a segment {options.name!r} already. Choose another name.")
    brand = find_brand(options.brand) if options.brand else None
    kept = save_segment(None, name=options.name, conditions=_read(options), brand=brand, by="command line")
    number = "being counted" if kept.counted is None else f"{kept.counted} people"
    return CommandOutput(_facts(kept), f"{kept.pk} {kept.name}: {number}")


def count_segment(options: argparse.Namespace) -> CommandOutput:
    """Count now."""
    from esmero.dossier.segments.selection import count
    from esmero.management.lookup import find_segment

    if options.name and (options.where or options.conditions):
        raise CommandFault("Give the name of a segment, or conditions, not both.")
    conditions = find_segment(options.name).conditions if options.name else _read(options)
    number = count(conditions)
    return CommandOutput({"segment": options.name, "conditions": conditions, "people": number}, str(number))


def list_all(options: argparse.Namespace) -> CommandOutput:  # noqa: ARG001
    """List the segments with the count of the last time that each was saved."""
    from esmero.people.models import Segment

    facts = [_facts(one) for one in Segment.objects.select_related("brand").order_by("name")]
    rows = [(f["id"], f["name"], f["brand"] or "all brands", f["people"] or 0) for f in facts]
    return CommandOutput(facts, lay_out(rows, heads=("id", "name", "brand", "people")) or "There is no segment yet.")


def _read(options: argparse.Namespace) -> dict[str, Any]:
    from esmero.dossier.segments.selection import custom_field_kinds
    from esmero.people.segments.command_line import read_texts
    from esmero.people.segments.serialization import read_json, write_json

    custom = custom_field_kinds()
    if options.conditions:
        if options.where:
            raise CommandFault("Give --where or --conditions, not both.")
        try:
            data = json.loads(options.conditions.read_text(encoding="utf-8"))
        except (UnicodeDecodeError, json.JSONDecodeError) as wrong:
            raise CommandFault(f"{options.conditions} is not JSON in UTF-8: {wrong}.") from wrong
        return write_json(read_json(data, custom=custom))
    return write_json(read_texts(options.where, custom=custom, one_is_enough=options.any))


def _facts(segment: Any) -> dict[str, Any]:
    return {
        "id": segment.pk,
        "name": segment.name,
        "brand": segment.brand.slug if segment.brand else None,
        "conditions": segment.conditions,
        "people": segment.counted,
        "counted_at": segment.counted_at,
    }
