"""No file of people without a reason and a row in the audit log: every address of the console is walked."""

import pytest
from django.utils import timezone

from esmero.house.models import AuditEntry
from esmero.imports.models import Import
from esmero.people.models import PermissionEntry
from esmero.vault.files import seal
from tests.web.facts import furnish, staff

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("demo")]
LISTS_OF_PEOPLE = 10


def body(response):
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode("utf-8", "replace")


def is_file(response):
    return "attachment" in response.get("Content-Disposition", "") and response["Content-Type"].startswith("text/csv")


def walk(console):
    for path in sorted(set(console.paths.values())):
        plain = path.partition("?")[0]
        yield f"{plain}?file=csv"


def test_no_address_gives_a_file_of_people_by_asking_for_it(client):
    console = furnish(rows=3)
    client.force_login(staff())
    people = {one.address.value for one in console.people if one.address} | {one.number for one in console.people}
    people = {word for word in people if word} | {"owner@fibranorte.example"}
    files = 0
    for address in walk(console):
        response = client.get(address)
        if is_file(response):
            files += 1
            text = body(response)
            assert not [word for word in people if word in text], address
    assert files >= 5  # lists of things: brands, relays, templates …


def test_with_a_reason_each_gives_it_and_writes_it_down(client):
    console = furnish(rows=3)
    client.force_login(staff())
    given = 0
    for address in walk(console):
        if is_file(client.get(address)) or is_file(client.post(address, {"reason": ""})):
            continue
        before = AuditEntry.objects.filter(facts__reason="An authority asks").count()
        response = client.post(address, {"reason": "An authority asks"})
        if not is_file(response):
            continue
        given += 1
        assert body(response)
        assert AuditEntry.objects.filter(facts__reason="An authority asks").count() == before + 1, address
    assert given >= LISTS_OF_PEOPLE


@pytest.mark.parametrize("role", ["reader", "agent"])
def test_whoever_may_not_take_people_along_gets_none_even_with_a_reason(client, role):
    console = furnish(rows=3)
    client.force_login(staff(role))
    people = {one.address.value for one in console.people if one.address}
    for address in walk(console):
        response = client.post(address, {"reason": "Curiosity"})
        if is_file(response):
            text = body(response)
            assert not [word for word in people if word in text], address
    assert not AuditEntry.objects.filter(action__endswith=".exported").exists()


def test_the_list_behind_a_permission_is_given_for_a_reason_alone(client):
    console = furnish(rows=3)
    client.force_login(staff())
    paper = seal(b"Ana;ana@otra.example", kind="import", media_type="text/csv", name="lista.csv")
    Import.objects.create(
        kind="persons", file=paper, file_name="lista.csv", brand=console.house.brand, finished_at=timezone.now()
    )
    entry = PermissionEntry.objects.order_by("id").first()
    PermissionEntry.objects.filter(pk=entry.pk).update(proof=paper)
    address = f"/console/people/{entry.person_id}/proof/{entry.pk}/"
    assert "ana@otra.example" not in body(client.get(address))
    assert "ana@otra.example" not in body(client.post(address, {"reason": " "}))
    assert not AuditEntry.objects.filter(action="import.exported").exists()
    assert "ana@otra.example" in body(client.post(address, {"reason": "Complaint 12"}))
    assert AuditEntry.objects.get(action="import.exported").facts["reason"] == "Complaint 12"
    client.force_login(staff("agent"))
    assert "ana@otra.example" not in body(client.post(address, {"reason": "Complaint 12"}))
