"""An open form of the small house."""

from datetime import timedelta

from django.utils import timezone

from esmero.asks.bot_guard import make_stamp
from esmero.asks.models import Form
from tests.house_facts import build_house

WORDING = {"es": "Fibra Norte puede escribirme por correo.", "en": "Fibra Norte may write to me by e-mail."}


def open_form(**facts):
    house = build_house(kind="capture")
    form = Form.objects.create(
        brand=house.brand,
        slug="boletin",
        name="Boletín",
        title={"es": "Nuestro boletín", "en": "Our letter"},
        wording=WORDING,
        state="open",
        **{"fields": [{"name": "given_name", "required": False}], **facts},
    )
    form.topics.add(house.topic)
    return house, form


def entry(house, *, form="boletin", age=10, **facts):
    """What a person's browser sends who took `age` seconds."""
    stamp = make_stamp(form, at=timezone.now() - timedelta(seconds=age))
    base = {
        "email": "ana@cliente.example",
        "topics": [house.topic.pk],
        "agree": "on",
        "often": "always",
        "stamp": stamp,
        "answer": "",
    }
    return {name: value for name, value in {**base, **facts}.items() if value is not None}
