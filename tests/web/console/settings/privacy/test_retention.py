"""The page of the terms: it says what went and goes, and sets a term within what the law leaves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from esmero.house.models import AuditEntry
from esmero.outbox.models import Captured
from esmero.privacy.models import Retention
from esmero.privacy.retention import MOST_COUNTED, RULES, apply_rule, list_rules
from esmero.web.console.settings.privacy.retention import describe_rule
from esmero.web.labels.law.retention import RULES as WORDS
from tests.web.document import get_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db
PAGE = "/console/settings/retention/"


def test_every_rule_has_words():
    assert set(WORDS) == set(RULES)


def test_counting_erases_nothing_and_says_how_much_would_go(client):
    client.force_login(staff())
    for _ in range(3):
        Captured.objects.create(return_path="r", recipient="x", body=b"", at=timezone.now() - timedelta(days=60))
    assert client.post(f"{PAGE}count/").status_code == 302
    assert Captured.objects.count() == 3
    assert Retention.objects.get(code="caught-mail").due == 3
    apply_rule("caught-mail", at=timezone.now())
    _what, _days, _then, last, following = get_document(client, PAGE).row("caught-mail")
    assert last.startswith("3, ")
    assert following.startswith("0, ")


@pytest.mark.parametrize(("said", "kept"), [("5", 5), ("8", None), ("0", None), ("-4", None), ("x", None), ("", None)])
def test_a_term_stays_within_the_law(client, said, kept):
    client.force_login(staff())
    client.post(f"{PAGE}sign-ups/", {"days": said})
    row = Retention.objects.filter(code="sign-ups").first()
    assert (row.days if row else None) == kept
    assert AuditEntry.objects.filter(action="retention.term").exists() is (kept is not None)


def test_only_who_rules_the_house_may(client):
    client.force_login(staff("manager"))
    for path in (PAGE, f"{PAGE}count/", f"{PAGE}audit/"):
        assert client.post(path, {"days": "1"}).status_code in (403, 405)
    assert client.get(PAGE).status_code == 403
    assert not Retention.objects.exists()


def test_a_rule_says_its_last_and_next_run_in_one_string_each():
    (status,) = (one for one in list_rules() if one.code == "caught-mail")
    assert (describe_rule(status).last, describe_rule(status).following) == ("nothing yet", "not looked yet")
    at = datetime(2026, 5, 4, 9, tzinfo=UTC)
    row = Retention(code="caught-mail", done=1200, done_at=at, due=MOST_COUNTED, next_at=at)
    line = describe_rule(replace(status, row=row))
    assert line.last == "1,200, 4 May 2026"
    assert line.following.endswith(" or more, 4 May 2026")
