from datetime import date

import pytest

from esmero.intake.classify import InboundKind, classify
from esmero.intake.replies.return_dates import find_return_date
from tests.intake.samples import make_mail

TODAY = date(2026, 11, 22)
AUTO = {"Auto_Submitted": "auto-replied"}


@pytest.mark.parametrize(
    ("subject", "body", "headers"),
    [
        ("Re: Novedades", "Gracias.", AUTO),
        ("Re: Novedades", "Gracias.", {"X_Autoreply": "yes"}),
        ("Re: Novedades", "Gracias.", {"Precedence": "auto_reply"}),
        ("Respuesta automática: Novedades", "Estaré fuera de la oficina hasta el 30 de noviembre.", {}),
        ("Fuera de la oficina", "Me encuentro de vacaciones.", {}),
        ("Réponse automatique : Bilan", "Je suis absente jusqu'au 30/11.", {}),
        ("Absence du bureau", "Je suis actuellement en congé.", {}),
        ("Out of Office: News", "I am away until Monday.", {}),
        ("Automatic reply: News", "I'm out of the office Friday.", {"X_Auto_Response_Suppress": "All"}),
        ("Automatische Antwort: Neues", "Ich bin bis 30.11. nicht im Büro.", {}),
        ("Re: News", "I am out of the office this week.", {"Return_Path": "<>"}),
        ("Thank you for your mail", "I answer as soon as I can.", {"Return_Path": "<>", "Precedence": "bulk"}),
    ],
)
def test_automatic_answers(subject, body, headers):
    verdict = classify(make_mail(body, subject=subject, **headers), today=TODAY)
    assert verdict.kind is InboundKind.AUTOREPLY
    assert verdict.why


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Re: Novedades", "Hola, esta semana estoy fuera de la oficina; ¿me llaman el lunes?"),
        ("Re: Rendez-vous", "Bonjour, je serai absent lundi. Mardi me convient."),
        ("Re: Out of office cover", "Who answers when I am out of the office? Please call me."),
    ],
)
def test_a_person_who_mentions_an_absence_is_a_person(subject, body):
    assert classify(make_mail(body, subject=subject, In_Reply_To="<m-1@fibra.example>")).kind is InboundKind.REPLY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Estaré ausente hasta el 30 de noviembre.", date(2026, 11, 30)),
        ("Me encuentro de vacaciones del 16 al 27 de noviembre.", date(2026, 11, 27)),
        ("hasta el lunes 7/12", date(2026, 12, 7)),
        ("Je suis en congé jusqu'au 30/11.", date(2026, 11, 30)),
        ("absente du 23 au 27 novembre 2026", date(2026, 11, 27)),
        ("de retour le 4 janvier", date(2027, 1, 4)),
        ("I am away until Tuesday, January 20.", date(2027, 1, 20)),
        ("back on 3rd December 2026", date(2026, 12, 3)),
        ("returning 2026-12-01", date(2026, 12, 1)),
        ("until 12/24/2026", date(2026, 12, 24)),
        ("Ich bin bis 30.11.2026 abwesend", date(2026, 11, 30)),
        ("until 31 February", None),
        ("until 3 March 2020", None),
        ("until further notice", None),
    ],
)
def test_the_day_of_return(text, day):
    assert find_return_date(text, today=TODAY) == day


def test_no_day_is_read_without_today():
    assert classify(make_mail("Ausente hasta el 30/11", **AUTO)).absent_until is None


@pytest.mark.parametrize(
    ("body", "successor"),
    [
        (
            "Luc Martin a quitté la société. Merci d'adresser vos messages à contact@client.example.",
            "contact@client.example",
        ),
        ("Marta ya no trabaja en esta empresa. Diríjase a jorge@client.example", "jorge@client.example"),
        ("Sam no longer works here. Please contact kim@client.example instead.", "kim@client.example"),
        ("Sam has left the company.", ""),
    ],
)
def test_who_left_and_who_follows(body, successor):
    verdict = classify(make_mail(body, **AUTO))
    assert (verdict.kind, verdict.left, verdict.successor) == (InboundKind.AUTOREPLY, True, successor)


def test_a_sick_leave_is_no_departure():
    verdict = classify(
        make_mail("Estoy de baja maternal. Mi compañero Jorge (jorge@client.example) atenderá sus consultas.", **AUTO)
    )
    assert (verdict.kind, verdict.left, verdict.successor) == (InboundKind.AUTOREPLY, False, "jorge@client.example")


@pytest.mark.parametrize(
    "body",
    [
        "To deliver your message to Sam, click the link below to prove you are human: https://c.example/1",
        (
            "Pour vérifier que vous n'êtes pas un robot, cliquez sur le lien pour délivrer votre message : "
            "https://c.example"
        ),
    ],
)
def test_challenges(body):
    assert classify(make_mail(body, **AUTO)).kind is InboundKind.CHALLENGE


def test_a_note_that_asks_for_proof_twice_is_a_challenge_whoever_signs_it():
    body = "This mailbox is protected by Custos. Use this link to be added to my allowed list: https://c.example/1"
    assert classify(make_mail(body, subject="Re: Novedades")).kind is InboundKind.CHALLENGE
    person = "Could you put Eva on the guest list too? Her mailbox is protected by a secretary."
    assert classify(make_mail(person, subject="Re: Novedades")).kind is InboundKind.REPLY


@pytest.mark.parametrize(
    "headers",
    [
        {"List_Id": "<lista.example>"},
        {"List_Id": "<lista.example>", "Return_Path": "<>"},
        {"Precedence": "bulk"},
        {"Auto_Submitted": "auto-generated"},
    ],
)
def test_other_machines_are_neither_people_nor_absent(headers):
    assert classify(make_mail("Resumen semanal", subject="Boletín", **headers)).kind is InboundKind.OTHER
