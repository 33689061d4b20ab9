"""Find the sender, the references and the language of a message, whatever its kind."""

import re
from collections import Counter

from esmero.intake.mime.headers import Headers, find_address

MAX_REFERENCES = 100

_ID = re.compile(r"<([^<>\s]{1,500})>")
_WORD = re.compile(r"[^\W\d_]+")
# Words so common that a few sentences show their language, and that related languages do not share.
_COMMON = {
    "es": "el los las una por para con del que está muy más gracias usted hola pero nuestro correo mensaje saludo",
    "fr": "le les des une pour avec vous nous est dans pas merci bonjour votre cordialement suis sur cette être mais",
    "en": "the and you for with this that have are not please thanks your will from was hello regards but our",
    "de": "der die das und nicht ist ich sie mit für wir auf danke bitte ihre eine grüße hallo aber wird",
    "it": "il gli che per con non sono della grazie questo buongiorno saluti anche nostro essere",
    "pt": "os uma para com não obrigado você está mais muito olá nossa são pelo mensagem",
    "nl": "het een van niet voor dat met zijn wij bedankt groeten maar naar ook onze",
}
_LANGUAGE_OF = [(language, frozenset(words.split())) for language, words in _COMMON.items()]


def find_sender(headers: Headers) -> str:
    """Return the sender's address from From, else from another field; the raw From if no field holds an address."""
    found = headers.address(
        "from",
        "sender",
        "reply-to",
        "return-path",
        "x-original-from",
        "resent-from",
        "apparently-from",
        "x-envelope-from",
        "envelope-from",
    )
    if found:
        return found
    envelope = find_address(headers.get("x-unix-from").split(" ", maxsplit=1)[0])
    return envelope or headers.get("from")[:320]


def find_references(headers: Headers) -> tuple[str, ...]:
    """Return the Message-IDs, without brackets, that a message answers: In-Reply-To, then References, newest first."""
    answered = [found for value in headers.all("in-reply-to") for found in _ID.findall(value)]
    thread = [found for value in headers.all("references") for found in _ID.findall(value[-16_384:])]
    return tuple(dict.fromkeys([*answered, *reversed(thread)]))[:MAX_REFERENCES]


def guess_language(text: str) -> str:
    """Guess the language of a text as a two-letter code; empty if its words show none."""
    words = Counter(word.lower() for word in _WORD.findall(text[:3_000]))
    scores = {language: sum(words[word] for word in common) for language, common in _LANGUAGE_OF}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] >= 2 else ""
