"""A text as a finished message to nobody, for filters and comparisons: no field is filled, no link of it is anybody's."""

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
    """The two parts of a message as nobody in particular would get them."""

    subject: str
    html: str
    text: str


def print_example(text: TemplateText) -> SampleMessage:
    """Print a text with every field empty and links that lead where they lead; raises TemplateFault."""
    compiled = compile_text(text)
    base = text.version.template.brand.public_url.rstrip("/")
    ways: defaultdict[TokenLink, str] = defaultdict(lambda: f"{base}/x/{_TOKEN}")
    for place, url in enumerate(compiled.links):
        ways[TokenLink(TokenPurpose.CLICK, place)] = url
    for way in compiled.html.ways:
        if way.purpose is not TokenPurpose.CLICK:
            ways[way] = f"{base}/{way.purpose.value}/{_TOKEN}"
    escaped = defaultdict(ways.default_factory, {way: escape(url) for way, url in ways.items()})
    return SampleMessage(
        compiled.subject.render({}, {}), compiled.html.render({}, escaped), compiled.text.render({}, ways)
    )


def make_example(text: TemplateText) -> bytes:
    """Return a text as the octets of a message, with the headers that ours have; raises TemplateFault."""
    brand, parts = text.version.template.brand, print_example(text)
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
