"""Render a text as a finished message without recipient, for spam filters and comparisons."""

from collections import defaultdict
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from html import escape

from django.utils import timezone, translation

from esmero.content.models import TemplateText
from esmero.mailroom.composing.preview import compile_text
from esmero.rendering.templates.compiled_text import TokenLink
from esmero.rendering.tokens import TokenPurpose

READER = "reader@example.org"
_TOKEN = "example" * 5  # the length of a real one


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """Hold the two parts of a message without recipient."""

    subject: str
    html: str
    text: str


def render_sample(text: TemplateText) -> SampleMessage:
    """Render a text with empty fields and original link targets; raises TemplateFault."""
    compiled = compile_text(text)
    base = text.version.template.brand.public_url.rstrip("/")
    token_links: defaultdict[TokenLink, str] = defaultdict(lambda: f"{base}/x/{_TOKEN}")
    for place, url in enumerate(compiled.links):
        token_links[TokenLink(TokenPurpose.CLICK, place)] = url
    for token_link in compiled.html.token_links:
        if token_link.purpose is not TokenPurpose.CLICK:
            token_links[token_link] = f"{base}/{token_link.purpose.value}/{_TOKEN}"
    escaped = defaultdict(
        token_links.default_factory, {token_link: escape(url) for token_link, url in token_links.items()}
    )
    return SampleMessage(
        compiled.subject.render({}, {}), compiled.html.render({}, escaped), compiled.text.render({}, token_links)
    )


def make_sample_message(text: TemplateText) -> bytes:
    """Return a text as the octets of a message, with the headers of a real one; raises TemplateFault."""
    brand, parts = text.version.template.brand, render_sample(text)
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((brand.sender_name, brand.sender_address))
    message["To"] = READER
    message["Subject"] = " ".join(parts.subject.split())
    with translation.override(None):
        message["Date"] = format_datetime(timezone.now())
    message["Message-ID"] = f"<{_TOKEN}@{brand.sender_address.rpartition('@')[2]}>"
    message["List-Unsubscribe"] = f"<{brand.public_url.rstrip('/')}/u/{_TOKEN}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(parts.text)
    message.add_alternative(parts.html, subtype="html")
    return bytes(message)
