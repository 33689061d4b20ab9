"""Add the footer to a mail: sender, reason, phone, postal address, preferences and unsubscribe link, one line each."""

from dataclasses import dataclass
from html import escape

from esmero.rendering.templates.placeholders import Placeholders
from esmero.rendering.tokens import TokenPurpose

FOOTER_IN_THE_DARK = (
    "@media (prefers-color-scheme: dark) { .esmero-foot div, .esmero-foot a { color: #a9b0b7 !important; } }"
)


@dataclass(frozen=True, slots=True)
class Footer:
    """Hold the translated texts of a footer; an empty one omits its line (a service mail has no unsubscribe link)."""

    sender: str
    reason: str
    phone: str = ""
    postal: str = ""
    why_label: str = ""
    preferences_label: str = ""
    unsubscribe_label: str = ""


def append_footer(mjml: str, footer: Footer, placeholders: Placeholders) -> str:
    """Append the footer as the last section of the MJML body; its links carry tokens and count no clicks."""
    lines = [escape(words) for words in (footer.sender, footer.reason, footer.phone, footer.postal) if words]
    lines += [
        f'<a href="{placeholders.token_link(purpose)}" style="color:#5c5c5c;">{escape(label)}</a>'
        for purpose, label in (
            (TokenPurpose.WHY, footer.why_label),
            (TokenPurpose.PREFERENCES, footer.preferences_label),
            (TokenPurpose.UNSUBSCRIBE, footer.unsubscribe_label),
        )
        if label
    ]
    section = (
        '<mj-section padding="24px 20px"><mj-column>'
        '<mj-text css-class="esmero-foot" font-size="13px" line-height="20px" color="#5c5c5c" '
        "font-family=\"-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif\">"
        f"{'<br>'.join(lines)}</mj-text></mj-column></mj-section>"
    )
    body, end, rest = mjml.rpartition("</mj-body>")
    return f"{body}{section}{end}{rest}"
