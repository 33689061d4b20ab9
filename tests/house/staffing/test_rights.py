"""Rights, roles, and how they are granted."""

import ast
import re
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import connection

import esmero
from esmero.house.editing.row_versions import StaleWrite
from esmero.house.models import AuditEntry, StaffRole, User
from esmero.house.rights import RIGHTS, WITHOUT_SUBJECT
from esmero.house.roles import ROLE_RIGHTS, list_roles, may, rights_of
from esmero.house.staffing.grants import RightNotHeld, RightsLost
from esmero.house.staffing.own_roles import RoleInUse, change_role, define_role, delete_role
from esmero.house.team import change_member, deactivate, invite, reactivate
from esmero.refusal import InvalidValue
from esmero.web.refusals.words.rights import RIGHT_WORDS

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
SOURCE = Path(esmero.__file__).parent
CLERK = ("house.read", "staff.manage")


def member(email, role="owner"):
    return User.objects.create_user(email, "a-long-password", name=email.partition("@")[0], role=role)


def fresh(user):
    return User.objects.get(pk=user.pk)


def list_checks():
    """Return the rights that code and templates ask for, as they are written."""
    asked = set()
    for path in SOURCE.rglob("*.py"):
        if path.name in {"rights.py", "roles.py"} and "web" not in path.parts:
            continue
        if path.parts[-2:] == ("words", "rights.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and node.value in RIGHTS:
                asked.add(node.value)
    for path in (SOURCE / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        asked |= {f"{subject}.{act}" for subject, act in re.findall(r"\bcan\.(\w+)\.(\w+)", text)}
        asked |= set(re.findall(r'\|may:"([\w.]+)"', text))
    return asked


def test_what_is_asked_for_is_in_the_catalogue_and_all_of_it_is_asked_for():
    # A misspelt name in a template would be false in silence.
    assert list_checks() == set(RIGHTS) - WITHOUT_SUBJECT


def test_every_right_has_words():
    assert set(RIGHT_WORDS) == set(RIGHTS)


def test_the_shipped_roles_contain_each_other():
    reader, agent, manager, owner = (ROLE_RIGHTS[role] for role in ("reader", "agent", "manager", "owner"))
    assert reader < agent < manager < owner == set(RIGHTS)


def test_nobody_else_has_rights():
    user = member("a@x.example", "nobody")
    assert rights_of(user) == rights_of(AnonymousUser()) == frozenset()
    user.role, user.is_active = "owner", False
    assert rights_of(user) == frozenset()
    with pytest.raises(KeyError):
        may(user, "everything")


def test_an_own_role_has_its_rights_alone_and_costs_one_query(django_assert_num_queries):
    owner = member("a@x.example")
    role = define_role("Contabilidad", rights=["house.read", "people.export"], by=owner)
    user = member("b@x.example", role.code)
    user = fresh(user)
    with django_assert_num_queries(1):
        assert [right for right in RIGHTS if may(user, right)] == ["house.read", "people.export"]
    change_role(role, name="Contabilidad", rights=["house.read"], by=owner, seen=role.row_version)
    assert rights_of(fresh(user)) == {"house.read"}


def test_a_right_that_a_later_version_dropped_is_none():
    StaffRole.objects.create(code="old", name="Old", rights=["house.read", "moon.land"])
    assert list_roles()["old"] == {"house.read"}


def test_roles_have_codes_of_their_own():
    owner = member("a@x.example")
    made = [define_role(name, rights=["house.read"], by=owner).code for name in ("Owner", "Núcleo", "Núcleo 2", "会計")]
    assert made == ["owner-2", "nucleo", "nucleo-2", "role"]


@pytest.mark.parametrize(
    ("name", "rights", "error"),
    [
        ("A", ["house.read", "moon.land"], InvalidValue),
        ("A", [], InvalidValue),
        ("TAKEN", ["house.read"], InvalidValue),
        ("", ["house.read"], ValidationError),
        ("x" * 81, ["house.read"], ValidationError),
    ],
)
def test_a_role_that_says_nothing_is_refused(name, rights, error):
    owner = member("a@x.example")
    define_role("Taken", rights=["house.read"], by=owner)
    with pytest.raises(error):
        define_role(name, rights=rights, by=owner)
    assert StaffRole.objects.count() == 1


@pytest.fixture
def clerk():
    """Somebody who manages staff and may do little else, beside an owner."""
    owner = member("owner@x.example")
    role = define_role("Personal", rights=CLERK, by=owner)
    return fresh(member("clerk@x.example", role.code))


def test_nobody_grants_a_right_that_they_do_not_have(clerk):
    reader = member("reader@x.example", clerk.role)
    with pytest.raises(RightNotHeld) as refusal:
        define_role("Everything", rights=["house.read", "people.erase"], by=clerk)
    assert refusal.value.facts == {"rights": ["people.erase"]}
    with pytest.raises(RightNotHeld):
        change_member(reader, facts={"role": "manager"}, by=clerk)
    with pytest.raises(RightNotHeld):
        change_member(clerk, facts={"role": "owner"}, by=clerk)
    with pytest.raises(RightNotHeld):
        invite("new@x.example", name="N", role="agent", language="es", timezone="Europe/Madrid", by=clerk)
    own = StaffRole.objects.get()
    with pytest.raises(RightNotHeld):
        change_role(own, name="Personal", rights=[*CLERK, "people.erase"], by=clerk, seen=None)
    assert set(User.objects.values_list("role", flat=True)) == {"owner", own.code}
    assert StaffRole.objects.get().rights == sorted(CLERK)


def test_nobody_takes_a_right_that_they_do_not_have(clerk):
    owner = User.objects.get(role="owner")
    locked = member("locked@x.example", "manager")
    User.objects.filter(pk=locked.pk).update(is_active=False)
    wide = define_role("Wide", rights=["people.erase", "house.read"], by=owner)
    for act in (
        lambda: deactivate(owner, by=clerk),
        lambda: reactivate(fresh(locked), by=clerk),
        lambda: change_member(owner, facts={"role": clerk.role}, by=clerk),
        lambda: change_member(owner, facts={"name": "Other"}, by=clerk),
        lambda: change_role(wide, name="Wide", rights=["house.read"], by=clerk, seen=None),
        lambda: delete_role(wide, by=clerk),
    ):
        with pytest.raises(RightNotHeld):
            act()
    assert fresh(owner).is_active
    assert not fresh(locked).is_active


def test_within_their_rights_they_may(clerk):
    made = invite("n@x.example", name="N", role=clerk.role, language="es", timezone="Europe/Madrid", by=clerk)
    role = define_role("Sees", rights=["house.read"], by=clerk)
    change_member(made, facts={"role": role.code}, by=clerk)
    deactivate(made, by=clerk)
    assert (fresh(made).role, fresh(made).is_active) == (role.code, False)


def test_the_last_who_manages_staff_cannot_lose_it():
    owner = member("a@x.example")
    role = define_role("Personal", rights=RIGHTS, by=owner)
    change_member(owner, facts={"role": role.code}, by=owner)  # all rights stay in the house
    last = fresh(owner)
    for act in (
        lambda: deactivate(last, by=last),
        lambda: change_member(last, facts={"role": "reader"}, by=last),
        lambda: change_role(role, name="Personal", rights=["house.read"], by=last, seen=None),
    ):
        with pytest.raises(RightsLost) as refusal:
            act()
        assert refusal.value.code == "last-staff-manager"
    with pytest.raises(RightsLost) as refusal:
        change_role(role, name="Personal", rights=set(RIGHTS) - {"people.erase"}, by=last, seen=None)
    assert (refusal.value.code, refusal.value.facts) == ("rights-would-be-lost", {"rights": ["people.erase"]})
    assert rights_of(fresh(last)) == set(RIGHTS)


def test_who_is_locked_out_does_not_count():
    owner, other = member("a@x.example"), member("b@x.example")
    deactivate(other, by=owner)
    with pytest.raises(RightsLost):
        deactivate(owner, by=owner)


def test_a_role_in_use_is_not_deleted_and_one_that_is_gone_gives_nothing():
    owner = member("a@x.example")
    role = define_role("Lee", rights=["house.read"], by=owner)
    user = member("b@x.example", role.code)
    with pytest.raises(RoleInUse):
        delete_role(role, by=owner)
    change_member(user, facts={"role": "reader"}, by=owner)
    delete_role(role, by=owner)
    with pytest.raises(InvalidValue):
        change_member(user, facts={"role": role.code}, by=owner)


def test_a_change_over_an_older_version_is_refused():
    owner = member("a@x.example")
    role = define_role("Lee", rights=["house.read"], by=owner)
    change_role(role, name="Lee", rights=["house.read", "files.read"], by=owner, seen=1)
    with pytest.raises(StaleWrite):
        change_role(role, name="Lee", rights=["house.read", "people.change"], by=owner, seen=1)
    assert StaffRole.objects.get().rights == ["files.read", "house.read"]


def test_every_change_of_rights_is_in_the_audit_log():
    owner = member("a@x.example")
    role = define_role("Lee", rights=["house.read"], by=owner)
    user = member("b@x.example", role.code)
    change_role(role, name="Lee", rights=["files.read"], by=owner, seen=1)
    change_member(user, facts={"role": "agent"}, by=owner)
    deactivate(user, by=owner)
    reactivate(user, by=owner)
    delete_role(role, by=owner)
    told = [(one.action, one.actor_id, one.facts) for one in AuditEntry.objects.order_by("id")]
    about = {"email": "b@x.example"}
    assert told == [
        ("role.defined", owner.pk, {"name": "Lee", "rights": ["house.read"]}),
        ("role.changed", owner.pk, {"name": "Lee", "granted": ["files.read"], "taken": ["house.read"]}),
        ("staff.changed", owner.pk, {**about, "role": "agent", "role_before": "lee"}),
        ("staff.locked", owner.pk, about),
        ("staff.let-in", owner.pk, about),
        ("role.deleted", owner.pk, {"name": "Lee", "rights": ["files.read"]}),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_take_it_from_each_other_at_once():
    pair = [member("a@x.example"), member("b@x.example")]
    begin, refused = Barrier(2), []

    def lock_out(by, other):
        begin.wait()
        try:
            deactivate(other, by=by)
        except RightsLost as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=lock_out, args=(pair[one], pair[1 - one])) for one in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["last-staff-manager"]
    assert User.objects.filter(is_active=True).count() == 1
