import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esmero.intake.classify import classify, read_reply
from tests.intake.samples import make_mail

QUOTED = "> Estimada cliente:\n> Le contamos las novedades.\n>\n> Baja: https://fibra.example/u/1\n"
OWN = "Me interesa. ¿Pueden llamarme?\n\nGracias,\nLola"


@pytest.mark.parametrize(
    "intro",
    [
        "El lun, 2 nov 2026 a las 9:00, Fibra Norte (<hola@fibra.example>) escribió:",
        "El lun, 2 nov 2026 a las 9:00, Fibra Norte (<hola@fibra.example>)\nescribió:",
        "El 2/11/26 a las 9:00, Fibra Norte escribió:",
        "Le lun. 2 nov. 2026 à 09:00, Cercle <hola@fibra.example> a écrit :",
        "Le 2 nov. 2026 à 09:00, Cercle\n<hola@fibra.example>\na écrit :",
        "On Mon, Nov 2, 2026 at 9:00 AM Fibra Norte <hola@fibra.example> wrote:",
        "On Mon, Nov 2, 2026 at 9:00 AM Fibra Norte\n<hola@fibra.example> wrote:",
        "At 11/2/2026 09:00 AM, you wrote:",
        "Am 02.11.2026 um 09:00 schrieb Fibra Norte <hola@fibra.example>:",
        "Il giorno lun 2 nov 2026 alle ore 09:00 Fibra <hola@fibra.example> ha scritto:",
        "Em seg., 2 de nov. de 2026 às 09:00, Fibra <hola@fibra.example> escreveu:",
        "Op ma 2 nov. 2026 om 09:00 schreef Fibra <hola@fibra.example>:",
        "Den mån 2 nov. 2026 kl 09:00 skrev Fibra <hola@fibra.example>:",
        "W dniu 02.11.2026 o 09:00, Fibra pisze: napisał(a):",
        "Fibra Norte <hola@fibra.example> wrote:",
        "2026-11-02 9:00 GMT+01:00 Fibra Norte <hola@fibra.example>:",
    ],
)
@pytest.mark.parametrize("tail", ["", "\n-- \nLola Ruiz\nTel. 900 000 000\n", "\nEnviado desde mi iPhone\n"])
def test_quotation_is_cut_whoever_introduces_it(intro, tail):
    assert read_reply(f"{OWN}\n\n{intro}\n\n{QUOTED}{tail}") == OWN


@pytest.mark.parametrize(
    "block",
    [
        (
            "________________________________\nDe: Fibra Norte <hola@fibra.example>\n"
            "Enviado: lunes, 2 de noviembre de 2026 9:00\nPara: Lola\nAsunto: Novedades\n\n"
        ),
        (
            "-----Mensaje original-----\nDe: Fibra Norte [mailto:hola@fibra.example]\nEnviado el: lunes\n"
            "Para: Lola\nAsunto: Novedades\n\n"
        ),
        "De : Cercle <hola@fibra.example>\nEnvoyé : lundi 2 novembre 2026 09:00\nÀ : Lola\nObjet : Bilan\n\n",
        "-----Message d'origine-----\nDe : Cercle\nEnvoyé : lundi\nÀ : Lola\nObjet : Bilan\n\n",
        "From: Fibra <hola@fibra.example>\nSent: Monday, November 2, 2026 9:00 AM\nTo: Lola\nSubject: News\n\n",
        "*From:* Fibra <hola@fibra.example>\n*Date:* Monday\n*To:* Lola\n*Subject:* News\n\n",
        "Von: Fibra\nGesendet: Montag\nAn: Lola\nBetreff: Neues\n\n",
        (
            "---------- Forwarded message ---------\nFrom: Fibra <hola@fibra.example>\nDate: Mon\nSubject: News\n"
            "To: Lola\n\n"
        ),
    ],
)
def test_pasted_headers_end_the_reply(block):
    assert read_reply(f"{OWN}\n\n{block}Estimada cliente:\nLe contamos.\n") == OWN


@pytest.mark.parametrize(
    "line",
    [
        "Enviado desde mi iPhone",
        "Envoyé de mon iPhone",
        "Sent from my Galaxy",
        "Enviado desde Yahoo Mail para Android",
        "Get Outlook for iOS",
        "Obtener Outlook para Android",
        "Von meinem iPhone gesendet",
        "Télécharger Outlook pour Android",
    ],
)
def test_what_devices_add_is_cut(line):
    assert read_reply(f"Pagado.\n\n{line}\n") == "Pagado."
    assert read_reply(f"Pagado.\n\n{line}\n\n{QUOTED}") == "Pagado."


def test_answers_between_questions_are_kept():
    body = (
        "El 2/11/26 a las 9:00, Fibra escribió:\n> 1. ¿Está satisfecha?\nSí, mucho.\n> 2. ¿Nos recomendaría?\n"
        "Probablemente.\n"
    )
    assert read_reply(body) == "Sí, mucho.\nProbablemente."


@pytest.mark.parametrize(
    "body",
    [
        'El lunes 23 el técnico escribió: "vuelvo mañana" y no volvió.\nQuiero una solución.',
        "De: 10 a 12 me viene bien.\nLlámenme.",
        "On Monday 2 I wrote to you.\nNobody answered.",
        "Precio: 20\nPlazo: 2 días",
        "```\n--\n> code\n```\nfin",
        "> Solo una cita.",
        "Hola\n- uno\n- dos",
    ],
)
def test_own_words_are_never_cut(body):
    assert read_reply(body) == body


@pytest.mark.parametrize(
    "html",
    [
        (
            '<div>Me interesa.</div><br><div class="gmail_quote"><div>El lun escribió:</div>'
            "<blockquote>Novedades</blockquote></div>"
        ),
        '<p>Me interesa.</p><div id="divRplyFwdMsg"><b>De:</b> Fibra</div><div>Novedades</div>',
        '<div>Me interesa.</div><blockquote type="cite">Novedades</blockquote>',
        (
            "<html><head><style>p{}</style></head><body><p>Me interesa.</p><script>x()</script>"
            '<div class="yahoo_quoted">Novedades</div></body></html>'
        ),
        (
            "<div>Me interesa.</div><div>El lun, 2 nov 2026 a las 9:00, Fibra escribió:</div>"
            "<blockquote>Novedades</blockquote>"
        ),
    ],
)
def test_html_quotation_is_cut(html):
    assert read_reply(html, html=True) == "Me interesa."
    assert classify(make_mail("", html=html)).reply_text == "Me interesa."


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_body_is_read_and_nothing_is_invented(body):
    reply = read_reply(body)
    assert len(reply) <= len(body)
    if any(word.isalnum() and word.isascii() for word in body.split()) and not body.lstrip().startswith("<"):
        assert reply.strip()


@settings(deadline=None)
@given(st.text(alphabet='<>/divpblockquote type="cite" a\n', max_size=400))
def test_any_markup_is_read(markup):
    assert isinstance(read_reply(markup, html=True), str)
