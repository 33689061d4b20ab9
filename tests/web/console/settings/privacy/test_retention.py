"""The page of the terms: it says what went and goes, and sets a term within what the law leaves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.house.models import AuditEntry
from esmero.outbox.models import Captured
from esmero.privacy.models import Retention
from esmero.privacy.retention import RULES, apply_rule
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
