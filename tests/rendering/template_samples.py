"""Small templates and frames that the tests of rendering share."""

from datetime import UTC, datetime

from esmero.rendering.message import FinishedMail, MessageRenderer, PersonalFacts, SharedHeaders
from esmero.rendering.templates.compile import CompiledTemplate, TemplateSource, compile_source
from esmero.rendering.templates.footer import Footer
from esmero.rendering.tokens import Signer

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TODAY = int(AT.timestamp()) // 86400
SIGNER = Signer({3: b"three" * 5}, current=3)
FIELDS = frozenset({"given_name", "city", "plan", "works", "survey"})
FOOTER = Footer(
    sender="Fibra Norte, S. Coop.",
    reason="Lo pidió <usted> en {{ enero }}.",
    phone="987 000 000",
    postal="Calle de la Rúa 1, León",
    why_label="¿Por qué recibo esto?",
    preferences_label="Elegir",
    unsubscribe_label="Darme de baja",
)
LETTER = """
<mj-section><mj-column>
<mj-text>Buenos días, {{ given_name | fallback("cliente & amigo") }}: le escribimos a {{ city }}.
{% if plan %}Su plan es <b>{{ plan | upper }}</b>.{% else %}No tiene plan.{% endif %}</mj-text>
<mj-text>Lea <a href="https://norte.example/obras?a=1&amp;b=2">las obras</a>, {las de siempre} y
<a href="https://norte.example/precio">el precio</a>, o <a href="https://norte.example/precio">otra vez</a>.</mj-text>
<mj-button href="https://norte.example/mi/?ciudad={{ city }}">Mi ciudad</mj-button>
<mj-table>{% for work in works %}<tr><td>{{ work.street }}</td><td>{{ loop.index }}</td></tr>{% endfor %}</mj-table>
</mj-column></mj-section>
"""


def body(content: str) -> str:
    return f"<mjml><mj-body>{content}</mj-body></mjml>"


def section(content: str) -> str:
    return body(f"<mj-section><mj-column>{content}</mj-column></mj-section>")


def compiled(
    mjml: str = body(LETTER),
    *,
    subject: str = "Obras en {{ city }}",
    preheader: str = "",
    footer: Footer | None = FOOTER,
) -> CompiledTemplate:
    return compile_source(
        TemplateSource(language="es", subject=subject, preheader=preheader, mjml=mjml), fields=FIELDS, footer=footer
    )


def frame(**changes: object) -> SharedHeaders:
    given = {
        "from_name": "Fibra Norte",
        "from_address": "hola@norte.example",
        "message_domain": "norte.example",
        "return_domain": "r.norte.example",
        "reply_domain": "b.norte.example",
        "base_url": "https://correo.norte.example",
        "list_label": "boletin",
        "list_name": "Boletín de noviembre",
        "list_domain": "norte.example",
        "feedback_id": "nov:boletin:fn:esmero",
    }
    return SharedHeaders(**(given | changes))


def press(template: CompiledTemplate | None = None, **changes: object) -> MessageRenderer:
    template = template or compiled()
    ids = range(70, 70 + len(template.links))
    return MessageRenderer(template, frame(**changes), link_ids=ids, signer=SIGNER)


def personal(*, address: str = "ana@correo.example", name: str = "Ana Ruiz", **values: object) -> PersonalFacts:
    return PersonalFacts(message=4711, opaque="x4711", address=address, name=name, values=values)


def printed(template: CompiledTemplate | None = None, *, values: dict[str, object], **changes: object) -> FinishedMail:
    return press(template, **changes).render(personal(**values), at=AT)
