"""Of two who change one row, the second is told whose change came between; nothing is written over unseen."""

from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from esmero.content.models import Template, TemplateVersion
from esmero.content.versions import add_version
from esmero.dossier.segments.saving import save_segment
from esmero.house.brands import save_brand
from esmero.house.editing.row_versions import StaleWrite, advance_version
from esmero.house.models import Brand
from esmero.people.models import Segment
from esmero.rendering.templates.compile import TemplateSource
from tests.house_facts import build_house

MJML = "<mjml><mj-body><mj-section><mj-column><mj-text>Hola</mj-text></mj-column></mj-section></mj-body></mjml>"


@pytest.mark.postgres
@pytest.mark.django_db
def test_only_the_version_that_was_seen_is_changed():
    house = build_house()
    brand = house.brand
    save_brand(brand, facts={"name": "Norte"}, by="Nuria", seen=1)
    with pytest.raises(StaleWrite) as refusal:
        save_brand(Brand.objects.get(), facts={"name": "Sur"}, by="Lucía", seen=1)
    assert (refusal.value.facts["by"], refusal.value.facts["seen"]) == ("Nuria", 1)
    assert (Brand.objects.get().name, Brand.objects.get().row_version) == ("Norte", 2)
    save_brand(Brand.objects.get(), facts={"name": "Sur"}, by="Lucía", seen=2)
    assert (Brand.objects.get().name, Brand.objects.get().row_version) == ("Sur", 3)


@pytest.mark.postgres
@pytest.mark.django_db
def test_an_old_copy_that_is_saved_does_not_turn_the_version_back():
    brand = build_house().brand
    old = Brand.objects.get()
    advance_version(brand, seen=None)
    old.phone = "+34 985 000 001"
    old.save()
    assert Brand.objects.get().row_version == 2


@pytest.mark.django_db
def test_a_segment_whose_condition_follows_a_new_name_was_changed():
    brand = build_house().brand
    facts = {"brand": brand, "by": "Nuria"}
    vip = save_segment(None, name="Vip", conditions={"kind": "all", "parts": []}, **facts)
    user = save_segment(None, name="Use", conditions={"kind": "segment", "name": "Vip"}, **facts)
    save_segment(vip, name="Best", conditions=vip.conditions, seen=1, **facts)
    with pytest.raises(StaleWrite):
        save_segment(user, name="Use", conditions={"kind": "segment", "name": "Best"}, seen=1, **facts)
    assert Segment.objects.get(name="Use").conditions["name"] == "Best"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_writes():
    """As many threads as lines on a bad day, all from version 1: one version is stored, the others are told."""
    template = build_house().version.template
    seen, start, told = template.row_version, Barrier(6), []

    def write(number):
        try:
            start.wait()
            source = TemplateSource("es", f"Asunto {number}", "", MJML)
            add_version(Template.objects.get(pk=template.pk), texts=[source], fields=(), seen=seen, created_by="x")
        except StaleWrite:
            told.append(number)
        finally:
            connection.close()

    threads = [Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 5
    assert TemplateVersion.objects.filter(template=template).count() == 2
    assert Template.objects.get(pk=template.pk).row_version == seen + 1


@pytest.mark.django_db
def test_what_fails_afterwards_takes_the_count_back():
    brand = build_house().brand
    with pytest.raises(RuntimeError), transaction.atomic():
        advance_version(brand, seen=1)
        raise RuntimeError
    assert Brand.objects.get().row_version == 1
