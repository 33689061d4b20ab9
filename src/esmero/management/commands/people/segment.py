"""Run `esmero segment`: create, count and list segments."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esmero.management.command import CommandOutput, Commands, add_command, add_group, format_table
from esmero.refusal import InvalidValue

if TYPE_CHECKING:
    from esmero.people.segments.tree import Group, Leaf

SYNTAX = """Conditions: `tenure > 12`, `language = es`, `contract in One year, Two year`, `city known`, `tag = vip`,
`birthday anniversary 7`, `added last 30`, `permission fibra-norte/novedades = granted`, `topic fibra-norte/novedades =
yes`, `did clicked topic fibra-norte/novedades times 2 last 30`, `segment = Name`, `import = 12`, `list = 1001, 1002`; a
leading `not` turns one round, and `any (tag = vip; all (language = es; city known))` nests them. Without any condition
a segment is everybody."""


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    group = add_group(commands, "segment", summary="saved lists of conditions, counted exactly")
    create = add_command(group, "create", handler=create_segment, summary=f"save a segment. {SYNTAX}")
    create.add_argument("name", help="how you and your colleagues call it")
    create.add_argument("--brand", metavar="CODE", help="only for this brand (default: for all)")
    count = add_command(group, "count", handler=count_segment, summary=f"count a segment, or conditions. {SYNTAX}")
    count.add_argument("name", nargs="?", help="name or id of a segment")
    for command in (create, count):
        command.add_argument(
            "--where", action="append", default=[], metavar="CONDITION", help="repeat it: all must hold"
        )
        command.add_argument("--any", action="store_true", help="one of the conditions is enough")
        command.add_argument("--conditions", type=Path, metavar="FILE", help="nested conditions, as JSON")
    add_command(group, "list", handler=list_segments, summary="list the segments")


def create_segment(options: argparse.Namespace) -> CommandOutput:
    """Validate the conditions, then save and count the Segment."""
    from esmero.dossier.segments.saving import is_name_free, save_segment
    from esmero.management.lookup import find_brand

    if not options.name.strip() or options.name.isdecimal():
        raise InvalidValue("segment-named-by-number", name=options.name)
    if not is_name_free(options.name, besides=None):
        raise InvalidValue("segment-name-taken", name=options.name)
    brand = find_brand(options.brand) if options.brand else None
    segment = save_segment(None, name=options.name, conditions=_read(options), brand=brand, by="command line")
    number = "being counted" if segment.counted is None else f"{segment.counted} people"
    return CommandOutput(_facts(segment), f"{segment.pk} {segment.name}: {number}")


def count_segment(options: argparse.Namespace) -> CommandOutput:
    """Count the persons of a segment or of conditions now."""
    from esmero.dossier.segments.selection import count
    from esmero.management.lookup import find_segment
    from esmero.people.segments.tree import write_json

    if options.name and (options.where or options.conditions):
        raise InvalidValue("segment-or-conditions")
    conditions = find_segment(options.name).conditions if options.name else write_json(_read(options))
    number = count(conditions)
    return CommandOutput({"segment": options.name, "conditions": conditions, "people": number}, str(number))


def list_segments(options: argparse.Namespace) -> CommandOutput:  # noqa: ARG001
    """List the segments with the count from the time when each was saved."""
    from esmero.people.models import Segment

    facts = [_facts(one) for one in Segment.objects.select_related("brand").order_by("name")]
    rows = [(f["id"], f["name"], f["brand"] or "all brands", f["people"] or 0) for f in facts]
    return CommandOutput(
        facts, format_table(rows, header=("id", "name", "brand", "people")) or "There is no segment yet."
    )


def _read(options: argparse.Namespace) -> "Group | Leaf":
    """Return the tree that the options say. Raises SegmentFault with the line, or with the file and the place in it."""
    from esmero.dossier.segments.selection import read_names
    from esmero.people.segments.text_form import parse_all
    from esmero.people.segments.tree import read_json
    from esmero.people.segments.values import SegmentFault

    known = read_names()
    place = ""
    if options.conditions:
        if options.where:
            raise InvalidValue("where-or-conditions")
        try:
            data = json.loads(options.conditions.read_text(encoding="utf-8"))
        except (UnicodeDecodeError, json.JSONDecodeError) as wrong:
            raise InvalidValue("conditions-not-json", file=str(options.conditions), trouble=str(wrong)) from wrong
    try:
        if options.conditions:
            place = str(options.conditions)
            return read_json(data, known=known)
        return parse_all(options.where, known=known, one_is_enough=options.any)
    except SegmentFault as fault:
        match fault.path:
            case ["parts", int(line), *_] if options.where:
                place = options.where[line]
            case [_, *_]:
                place = f"{place} {'.'.join(map(str, fault.path))}"
        raise SegmentFault("condition-at", fault.path, place=place, fault=fault.code, facts=fault.facts) from fault


def _facts(segment: Any) -> dict[str, Any]:
    from esmero.people.segments.text_form import write
    from esmero.people.segments.tree import read_json

    return {
        "id": segment.pk,
        "name": segment.name,
        "brand": segment.brand.slug if segment.brand else None,
        "conditions": segment.conditions,
        "where": write(read_json(segment.conditions)),
        "people": segment.counted,
        "counted_at": segment.counted_at,
    }
