"""Preview a template as one person would see it, before anything is planned: links are disabled, nothing is counted."""

import re
from collections import defaultdict
from dataclasses import dataclass
from html import unescape

from django.utils import translation
from django.utils.translation import gettext as _

from esmero.campaigns.models import Campaign
from esmero.content.media import to_local
from esmero.content.models import TemplateText
from esmero.content.versions import source_of
from esmero.house.models import Brand
from esmero.mailroom.composing.compiled_templates import pick, write_footer
from esmero.mailroom.composing.recipient_fields import SHARE_URL, known_fields, read_values
from esmero.people.models import Person
from esmero.rendering.templates.compile import CompiledTemplate, compile_source
from esmero.rendering.templates.compiled_text import TokenLink
from esmero.rendering.tokens import TokenPurpose

_LIGHT_ONLY = 'name="color-scheme" content="light only"'
_DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Preview:
    """Hold the preview of a message. `holds_promotion`: the template has one, whether or not it is shown here.

    `knows_dark`: it has styles for dark mode; without them it asks mail programs to stay in light mode.
    """

    subject: str
    preheader: str
    html: str
    text: str
    holds_promotion: bool
    knows_dark: bool


def preview(
    text: TemplateText,
    *,
    person: Person | None,
    promotion: bool = True,
    dark: bool = False,
    campaign: Campaign | None = None,
) -> Preview:
    """Return a template's text as a person would see it, or with empty fields if no person is given.

    `dark` switches the styles for dark mode on or off, whatever the reader's own setting. The reason in the footer is
    the campaign's; without one, that of the newest campaign that sends this template.

    Raises:
        TemplateFault: the text can no longer be compiled (a field was deleted since).
    """
    compiled = compile_text(text, reason=find_reason(text, campaign=campaign))
    shown = compiled if promotion or compiled.without_promotion is None else compiled.without_promotion
    values = {SHARE_URL: "#", **(read_values([person.pk]).get(person.pk, {}) if person else {})}
    nowhere: defaultdict[TokenLink, str] = defaultdict(lambda: "#")
    html = to_local(shown.html.render(values, nowhere), brand=text.version.template.brand)
    return Preview(
        subject=compiled.subject.render(values, {}),
        preheader=_write_preheader(html),
        html=_DARK.sub("@media all" if dark else "@media not all", html),
        text=shown.text.render(values, _make_token_links(compiled.links, brand=text.version.template.brand)),
        holds_promotion=compiled.without_promotion is not None,
        knows_dark=_LIGHT_ONLY not in html,
    )


def find_reason(text: TemplateText, *, campaign: Campaign | None = None) -> str:
    """Return the reason for the reader, in the text's language or in any; empty before a campaign has given one."""
    if campaign is None:
        used = Campaign.objects.filter(version__template=text.version.template_id).exclude(reason={})
        campaign = used.only("reason").order_by("-id").first()
    return pick(campaign.reason, text.language) if campaign else ""


def compile_text(text: TemplateText, *, reason: str = "") -> CompiledTemplate:
    """Compile a text with the brand's footer, as a campaign would; raises TemplateFault."""
    brand = text.version.template.brand
    with translation.override(text.language):
        footer = write_footer(brand, reason=reason or _("the reason that the campaign gives"), leave=True)
    return compile_source(source_of(text), fields=known_fields(), footer=footer)


def _make_token_links(links: tuple[str, ...], *, brand: Brand) -> defaultdict[TokenLink, str]:
    """Return the link targets for the text part; personal links of ours are abbreviated."""
    token_links: defaultdict[TokenLink, str] = defaultdict(lambda: f"{brand.public_url}/…")
    token_links.update({TokenLink(TokenPurpose.CLICK, place): address for place, address in enumerate(links)})
    return token_links


def _write_preheader(html: str) -> str:
    """Extract the preheader from the hidden first words of the body."""
    found = re.search(r'<div style="display:none;[^"]*">(.*?)</div>', html, re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "", found[1])).strip() if found else ""
