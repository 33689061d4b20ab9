import pytest

from esmero.intake.classify import InboundKind, classify
from esmero.intake.replies.unsubscribe import asks_to_stop
from tests.intake.samples import make_mail


@pytest.mark.parametrize(
    "text",
    [
        "baja", "BAJA", "Baja, por favor.", "Denme de baja, por favor", "Quiero darme de baja de su lista. Gracias.",
        "No quiero recibir más correos de ustedes. Denme de baja, por favor.",
        "désinscrire", "Me désinscrire svp", "Désabonnez-moi, merci", "Désinscription",
        "Merci de ne plus recevoir vos messages",
        "unsubscribe", "Please unsubscribe me from this list", "STOP", "Stop sending me e-mails", "Remove me",
        "Opt-out", "abmelden",
    ],
)  # fmt: skip
def test_a_whole_reply_that_withdraws(text):
    assert asks_to_stop(text)
    assert classify(make_mail(f"{text}\n\n> Novedades\n> de noviembre\n")).kind is InboundKind.UNSUBSCRIBE


@pytest.mark.parametrize(
    "text",
    [
        "", "Hola", "Estoy de baja médica, ¿pueden llamarme?", "Quiero dar de baja la línea móvil, no la fibra",
        "¿Cómo me doy de baja de la línea?", "Bajan el precio?",
        "How do I unsubscribe my mother from the phone plan?", "Please stop the technician, I found the cable",
        "Ne vous arrêtez pas", "J'ai arrêté la box hier soir et depuis plus rien",
        "Gracias, todo bien. No me den de baja.", "No quiero darme de baja", "Don't unsubscribe me",
        "Ne me désinscrivez pas",
    ],
)  # fmt: skip
def test_what_says_more_is_read_by_a_person(text):
    assert classify(make_mail(text)).kind is InboundKind.REPLY


def test_an_empty_reply_under_such_a_subject():
    assert classify(make_mail("", subject="unsubscribe")).kind is InboundKind.UNSUBSCRIBE
    assert classify(make_mail("¿Cuánto cuesta?", subject="Re: baja")).kind is InboundKind.REPLY
