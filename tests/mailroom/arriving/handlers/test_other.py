import pytest
from django.utils import timezone

from esmero.mailroom.models import Inbound
from esmero.outbox.models import MessageEvent
from esmero.people.models import Address
from esmero.rendering.tokens import TokenPurpose
from tests.mailroom.inbound import postfix_report, send_one, written

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def trouble():
    Address.objects.update(standing=Address.Standing.FAILING, temporary_days=5, last_return_at=timezone.now())


def test_a_report_of_success_forgives_earlier_trouble():
    sent = send_one()
    trouble()
    raw = postfix_report(sent.message, status="2.0.0", reply="250 2.0.0 OK", action="delivered")
    sent.receive(raw, to=sent.address(TokenPurpose.RETURN))
    assert Inbound.objects.get().kind == "other"
    assert Address.objects.get().standing == Address.Standing.OK
    assert not MessageEvent.objects.exists()


def test_a_list_s_mail_forgives_nothing():
    sent = send_one()
    trouble()
    mail = written(
        sender="l@lista.example", to="x@y.example", subject="Acta", text="Hola a todos", List_Id="<l.lista.example>"
    )
    sent.receive(mail, to=sent.address(TokenPurpose.REPLY))
    assert Inbound.objects.get().kind == "other"
    assert Address.objects.get().standing == Address.Standing.FAILING
