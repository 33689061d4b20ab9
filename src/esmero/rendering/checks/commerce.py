"""Find phrases of advertising (offers, discounts, prices with a call to buy) by language, in order of weight.

It checks messages that are sent as no advertising (a service, a contract, a confirmation): commercial communication
must be recognisable as such and needs a legal basis of its own (Directive 2000/31/EC art. 6(a), 2002/58/EC art. 13;
Spain: Ley 34/2002 art. 20 and 21; France: LCEN art. 20, CPCE L.34-5). A price alone is no advertising: invoices and
contracts are full of them. Nor is a discount that is reported ("se ha aplicado un 10 % de descuento"), nor a negation
("sin oferta", "no es una oferta"). The promotion slot is labelled and is not checked.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape

from esmero.rendering.templates.promotion import SLOT

_PRICE = r"(?:€\s*\d[\d.,]*|\d[\d.,]*\s*(?:€|eur\b|euros?\b))"
# Language → patterns; matched within one sentence, ignoring case, with line breaks as blanks.
PHRASES: Mapping[str, tuple[str, ...]] = {
    "es": (
        r"(?:compre|contrate|pida|aproveche|consiga|reserve|solicite|pásese)(?:lo|la|los|las|se)?\b[^.!?]{0,50}\b(?:ya|ahora|hoy|antes de que)\b",
        r"(?:comprar|contratar|pedir|reservar)\s+(?:ya|ahora|online|en línea)\b",
        r"añadir (?:al carrito|a la cesta)",
        r"aproveche\b[^.!?]{0,30}\b(?:oferta|promoción|descuento|precio|rebaja)",
        r"(?:oferta|promoción|descuento|precio)s?\s+(?:especial|exclusiv|limitad|únic|irrepetible|imbatible|de lanzamiento|de bienvenida|del mes|de (?:verano|otoño|invierno|primavera|navidad))\w*",
        r"(?:hasta|con) (?:un |el )?\d{1,2}\s*% (?:de descuento|de rebaja|menos|dto)",
        r"\d{1,2}\s*% de (?:descuento|rebaja) (?:en|si|al|por|para|hasta|durante|desde)\b",
        r"(?:código|cupón|vale) (?:promocional|de descuento)|\bcupón(?:es)? de\b",
        r"(?:black friday|cyber monday|rebajas de|solo por tiempo limitado|plazas? al mejor precio|últimas unidades)",
        rf"por (?:solo|sólo|tan solo|tan sólo|apenas)\s+{_PRICE}",
        r"\b(?:gratis|sin coste)\s+(?:durante|los? primer|el primer|si contrata)",
        r"llévese\b[^.!?]{0,40}\b(?:gratis|regalo|de regalo|precio)",
    ),
    "fr": (
        r"(?:achetez|commandez|profitez|réservez|souscrivez|abonnez-vous|craquez)\b[^.!?]{0,50}\b(?:maintenant|vite|dès maintenant|aujourd.hui|avant (?:qu|le))",
        r"(?:acheter|commander|souscrire|réserver)\s+(?:maintenant|en ligne|tout de suite)\b",
        r"ajouter au panier|j.en profite\b|je profite\b",
        r"profitez\b[^.!?]{0,30}\b(?:offre|promotion|remise|réduction|prix|rabais)",
        r"(?:offre|promotion|remise|réduction|prix|tarif)s?\s+(?:spécia|exclusi|exceptionn|limité|imbattable|de lancement|de bienvenue|du mois|d.été|d.hiver|de Noël)\w*",
        r"(?:jusqu.à|avec)\s*-?\s*\d{1,2}\s*% (?:de (?:remise|réduction|rabais)|sur|moins)",
        r"\d{1,2}\s*% de (?:remise|réduction|rabais) (?:sur|pour|si|jusqu|pendant|dès)",
        r"(?:code|bon) (?:promo|promotionnel|de réduction|d.achat)\b",
        r"(?:black friday|cyber monday|soldes d|ventes? privées?|vente flash|durée limitée|dernières? pièces?)",
        rf"(?:pour|à partir de|à) (?:seulement|peine)\s+{_PRICE}|{_PRICE}\s+seulement",
        r"\b(?:gratuite?s?|offerte?s?)\s+(?:pendant|les? premiers? mois|si vous souscrivez|pour toute (?:commande|souscription))",
    ),
    "en": (
        r"(?:buy|shop|order|book|upgrade|subscribe|sign up|claim)\b[^.!?]{0,30}\b(?:now|today|before it)",
        r"add to (?:cart|basket)",
        r"(?:don.t miss|take advantage of|grab)\b[^.!?]{0,30}\b(?:offer|deal|discount|sale|price)",
        r"(?:special|exclusive|limited|limited-time|introductory|unbeatable|seasonal|flash) (?:offer|deal|discount|price|sale|promotion)s?",
        r"(?:save|up to|get|enjoy|take)\s+(?:up to\s+)?\d{1,2}\s*%",
        r"\d{1,2}\s*% (?:off|discount on|discount when|discount if)",
        r"(?:promo|discount|voucher|coupon) code",
        r"(?:black friday|cyber monday|while stocks last|last chance to (?:buy|save)|clearance sale)",
        rf"(?:for|from) (?:only|just)\s+(?:{_PRICE}|[£$]\s*\d[\d.,]*)",
        r"\bfree (?:for (?:the first|\w+ months?)|with (?:any|every) (?:purchase|order))",
    ),
}  # fmt: skip
# Words right before a phrase that make it no advertising.
_NEGATIONS: Mapping[str, str] = {
    "es": r"(?:\bno (?:es|son|se trata de|hay|incluye|contiene)(?: una?)?|\bsin|\bninguna?|\bhemos aplicado|\bse (?:ha|han|le ha) aplicado|\bincluye|\bya tiene|\bsu factura)\s+(?:\w+\s+){0,3}$",
    "fr": r"(?:\b(?:n.est|ne sont|n.y a|ne contient|ne comporte) (?:pas|aucune?)(?: d.?| une?)?|\bsans|\baucune?|\bavons appliqué|\ba été appliquée?|\bbénéficiez déjà)\s*(?:\w+\s+){0,3}$",
    "en": r"(?:\b(?:is|are|was) (?:not|no)(?: an?)?|\bno|\bwithout|\bnever|\bhave applied|\bhas been applied|\bdo not|\bneed not|\byou already)\s+(?:\w+\s+){0,3}$",
}
_SELLS = {code: re.compile("|".join(rf"(?:{one})" for one in words), re.IGNORECASE) for code, words in PHRASES.items()}
_NEGATED = {code: re.compile(words, re.IGNORECASE) for code, words in _NEGATIONS.items()}
_HIDDEN = re.compile(
    rf"<{SLOT}\b.*?</{SLOT}\s*>|<!--.*?-->|<(mj-head|style|mj-style|title|mj-title)\b.*?</\1\s*>|\{{\{{.*?\}}\}}|\{{%.*?%\}}",
    re.DOTALL | re.IGNORECASE,
)
_ENDS = re.compile(r"</(?:p|li|h[1-6]|td|th|mj-text|mj-button|div|tr)\s*>|<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z][a-z0-9]{1,20});", re.IGNORECASE)


def find_commerce(text: str, *, language: str) -> Iterator[tuple[int, str]]:
    """Yield (line, words) for each phrase of advertising outside of the promotion, in text or MJML; lines count from 1.

    A language without a table yields nothing: no alarm is better than a false one.
    """
    sells = _SELLS.get(language[:2])
    if sells is None:
        return
    plain = _blank_markup(text)
    last = -1
    for match in sells.finditer(plain):
        start = max(plain.rfind(mark, 0, match.start()) for mark in ".!?\x01") + 1
        if start == last or _NEGATED[language[:2]].search(" ".join(plain[start : match.start()].split()) + " "):
            continue
        last = start  # one finding for a sentence is enough
        yield plain.count("\n", 0, match.start()) + 1, " ".join(match[0].split())[:60]


def _blank_markup(text: str) -> str:
    """Replace markup by blanks and the end of a block by a mark; positions and lines stay the same."""

    def emptied(match: re.Match[str], end: str = " ") -> str:
        return end + re.sub(r"[^\n]", " ", match[0][1:]) if match[0] else ""

    plain = _HIDDEN.sub(lambda match: emptied(match, "x"), text)  # a field counts as a word
    plain = _ENDS.sub(lambda match: emptied(match, "\x01"), plain)
    plain = _TAG.sub(emptied, plain)
    plain = _ENTITY.sub(lambda match: unescape(match[0]).ljust(len(match[0]))[: len(match[0])], plain)
    return plain.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")
