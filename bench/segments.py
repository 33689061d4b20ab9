"""Segments counted exactly: typical trees over people with their permissions, messages and events, made by plain SQL.

Verified: each count equals that of a second query written by hand over the same rows. The size is the number of people;
there are two messages and three events for each. Alone: `python -m bench.segments 1000000`; it needs a house of its
own.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from functools import partial
from typing import Any

from bench.figures import show, tell
from bench.house import open_house

BAR = 2_500  # milliseconds of processor time for a million people; less is allowed for fewer
FEWEST = 250

TREES: Mapping[str, tuple[Any, str]] = {
    "own number": (
        {"kind": "field", "field": "tenure", "comparison": ">", "value": 24},
        "SELECT count(*) FROM esmero_person WHERE id % 60 > 24",
    ),
    "two fields and a tag": (
        {"kind": "all", "parts": [
            {"kind": "field", "field": "language", "value": "es"}, {"kind": "field", "field": "plan", "value": "gold"},
            {"kind": "none", "parts": [{"kind": "tag", "name": "vip"}]}]},
        "SELECT count(*) FROM esmero_person WHERE id % 3 = 0 AND id % 4 = 1 AND id % 50 <> 0",
    ),
    "permission": (
        {"kind": "permission", "topic": "bench/news", "state": "granted"},
        "SELECT count(*) FROM esmero_person WHERE id % 5 <> 0",
    ),
    "clicked in the last 30 days": (
        {"kind": "did", "act": "clicked", "when": {"kind": "last", "days": 30}},
        ("SELECT count(DISTINCT m.person_id) FROM esmero_messageevent e JOIN esmero_message m ON m.id = e.message_id"
        " WHERE e.kind = 'clicked' AND e.at >= '{month}'"),
    ),
    "clicked ever, or a field": (
        {"kind": "any", "parts": [
            {"kind": "did", "act": "clicked"}, {"kind": "field", "field": "fibre", "value": True}]},
        ("SELECT count(*) FROM esmero_person p WHERE p.id % 7 = 0 OR p.id IN (SELECT m.person_id"
        " FROM esmero_messageevent e JOIN esmero_message m ON m.id = e.message_id WHERE e.kind = 'clicked')"),
    ),
    "permission, not returned, not sent lately": (
        {"kind": "all", "parts": [{"kind": "permission", "topic": "bench/news", "state": "granted"},
                {"kind": "none", "parts": [{"kind": "did", "act": "returned"},
                {"kind": "did", "act": "sent", "when": {"kind": "last", "days": 7}}]}]},
        ("SELECT count(*) FROM esmero_person p WHERE p.id % 5 <> 0 AND NOT EXISTS (SELECT 1 FROM esmero_messageevent e"
        " JOIN esmero_message m ON m.id = e.message_id WHERE m.person_id = p.id AND e.kind = 'returned-for-good')"
        " AND NOT EXISTS (SELECT 1 FROM esmero_message m WHERE m.person_id = p.id AND m.sent_at >= '{week}')"),
    ),
    "got at least 2 in 90 days": (
        {"kind": "did", "act": "got", "times": 2, "when": {"kind": "last", "days": 90}},
        ("SELECT count(*) FROM (SELECT person_id FROM esmero_message WHERE worst IN (0, 1, 5)"
        " AND sent_at >= '{quarter}' GROUP BY person_id HAVING count(*) >= 2) AS often"),
    ),
}  # fmt: skip

_PEOPLE = """
INSERT INTO esmero_address (id, value, domain, standing, reason, permanent_returns, temporary_returns, temporary_days)
  SELECT n, 'p' || n || '@d' || (n % 500) || '.example', 'd' || (n % 500) || '.example', 'ok', '', 0, 0, 0
  FROM {numbers};
INSERT INTO esmero_person (id, number, given_name, family_name, title, name_is_damaged, language, country, address_id,
    fields, written_by, folded, state, created_at, changed_at)
  SELECT n, 'n' || n, 'Nombre', 'Apellido' || (n % 1000), '', {false},
    CASE n % 3 WHEN 0 THEN 'es' WHEN 1 THEN 'fr' ELSE 'en' END, 'ES', n,
    ('{{"tenure": ' || (n % 60) || ', "plan": "' || (CASE n % 4 WHEN 1 THEN 'gold' ELSE 'basic' END)
    || '", "fibre": ' || (CASE n % 7 WHEN 0 THEN 'true' ELSE 'false' END) || '}}'){as_json},
    '{{}}'{as_json}, 'apellido', 'active', {now}, {now}
  FROM {numbers};
INSERT INTO esmero_person_tags (person_id, tag_id) SELECT n, {tag} FROM {numbers} WHERE n % 50 = 0;
INSERT INTO esmero_permissionentry (id, person_id, brand_id, channel, purpose_id, topic_id, act, basis, at, wording,
    wording_version, source, proof_place, by_person, recorded_at)
  SELECT n, n, {brand}, 'email', {purpose}, {topic}, 'granted', 'consent', {now}, '', '', 'bench', '', {false}, {now}
  FROM {numbers} WHERE n % 5 <> 0;
INSERT INTO esmero_permission (person_id, brand_id, channel, purpose_id, topic_id, state, basis, objected, entry_id)
  SELECT n, {brand}, 'email', {purpose}, {topic}, 'granted', 'consent', {false}, n FROM {numbers} WHERE n % 5 <> 0;
INSERT INTO esmero_message (id, dispatch_id, person_id, kind, ground, occasion, channel, address, receiver, language,
    lane, state,
    verdict, promotion, opaque, sent_at, worst, tries, trouble, claimed_by)
  SELECT n * 2 + k, {dispatch}, n, '', '', 'o' || k, 'email', '', '', 'es', 2, 'sent', '', '', 'o' || (n * 2 + k),
    {ago}, CASE WHEN n % 40 = 0 AND k = 0 THEN 4 ELSE 0 END, 0, '', ''
  FROM {numbers} CROSS JOIN (SELECT 0 AS k UNION ALL SELECT 1) AS two;
INSERT INTO esmero_messageevent (message_id, kind, at, machine, facts)
  SELECT n * 2 + k % 2,
    CASE WHEN k = 0 AND n % 40 = 0 THEN 'returned-for-good' WHEN n % 3 = 0 THEN 'clicked' ELSE 'deferred' END,
    {ago}, '', '{{}}'{as_json} FROM {numbers} CROSS JOIN (SELECT 0 AS k UNION ALL SELECT 1 UNION ALL SELECT 2) AS three;
"""


def run(*, number: int) -> bool:
    """Make `number` people, count each tree five times, show the median in milliseconds."""
    open_house()
    from django.db import connection

    from esmero.dossier.segments.selection import count, count_each, read_context

    fill(number)
    bar = max(FEWEST, BAR * number / 1_000_000)
    met = True
    for name, (tree, check) in TREES.items():
        expected = _ask(connection, check)
        found, passed = _time(partial(count, tree))
        if found != expected:
            raise SystemExit(f"segments: {name} counts {found:,}, and by hand it is {expected:,}")
        met = show(f"segment of {number:,}: {name}", passed, bar=bar, unit="ms", at_most=True) and met
    house = read_context()
    trees = {name: tree for name, (tree, _check) in TREES.items()}
    _found, passed = _time(lambda: count_each(trees, context=house))
    tell(f"segment of {number:,}: all {len(trees)} in one pass", passed, unit="ms")
    return met


def _time(act: Callable[[], Any]) -> tuple[Any, float]:
    """Return what it gives and the median of its milliseconds of processor time."""
    times = []
    for _ in range(int(os.environ.get("ROUNDS", "5"))):
        begin = time.process_time()
        found = act()
        times.append((time.process_time() - begin) * 1000)
    return found, sorted(times)[len(times) // 2]


def _ask(connection: Any, text: str) -> int:
    from django.utils import timezone

    from esmero.people.segments.date_ranges import start_of_day

    today = timezone.localdate()
    days = {"week": 7, "month": 30, "quarter": 90}
    begins = {
        name: f"{start_of_day(today - timedelta(days=back)).astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        for name, back in days.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(text.format(**begins))
        return int(cursor.fetchone()[0])


def fill(number: int) -> None:
    from django.db import connection, transaction

    from esmero.house.models import Brand
    from esmero.outbox.models import Dispatch
    from esmero.people.models import CustomField, Purpose, Tag, Topic

    brand = Brand.objects.create(slug="bench", name="Bench", profile="ES", language="es")
    purpose = Purpose.objects.create(code="news")
    topic = Topic.objects.create(brand=brand, code="news", purpose=purpose)
    dispatch = Dispatch.objects.create(brand=brand, topic=topic, message_class="commercial")
    for key, kind in (("tenure", "integer"), ("plan", "choice"), ("fibre", "boolean")):
        CustomField.objects.create(key=key, kind=kind)
    postgres = connection.vendor == "postgresql"
    facts = {
        "brand": brand.pk, "purpose": purpose.pk, "topic": topic.pk, "dispatch": dispatch.pk,
        "tag": Tag.objects.create(name="vip").pk, "false": "false" if postgres else "0",
        "as_json": "::jsonb" if postgres else "", "now": "now()" if postgres else "datetime('now')",
        "ago": "now() - (n * 7 + k) % 400 * interval '1 day'" if postgres
        else "datetime('now', '-' || ((n * 7 + k) % 400) || ' days')",
        "numbers": f"generate_series(1, {number}) AS n" if postgres
        else f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {number}) SELECT n FROM c)",
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _PEOPLE.format(**facts).split(";"):
            if statement.strip():
                cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    sys.exit(0 if run(number=int(sys.argv[1]) if len(sys.argv) > 1 else 10_000) else 1)
