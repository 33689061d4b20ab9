"""Recognise messages that only ask to unsubscribe: by the whole reply, or by the subject of an empty one."""

import re
import unicodedata

from esmero.intake.phrase_tables import compile_phrases

MAX_WORDS = 14

# Words that ask, matched against text without accents in lower case. The same words can end a contract, so a text about
# a line, an order or an "abonnement" without a newsletter is left to a person.
_ASK = compile_phrases(
    r"""
    unsubscribe(?: me)?
    unsuscribe
    opt[- ]?out
    (?:remove|delete|take) (?:me|us|my (?:e-?mail )?(?:address|e-?mail|name))(?: off| out)?
    be (?:removed|taken off|unsubscribed)
    (?:please )?stop(?: (?:sending|e-?mailing|mailing|writing))?
    cancel (?:my |the )?(?:subscription|newsletter)
    no more (?:e-?mails?|mails?|messages|newsletters?|spam|advertising)
    no longer (?:wish|want) to (?:receive|get|hear)
    (?:do not|don'?t|dont|never) (?:send|e-?mail|mail|write|contact)(?: to)? (?:me|us)
    leave me alone
    (?:dar(?:me|se|nos)? de |dadme de |deme de |denme de |dame de |dar |causar |solicito (?:la )?|quiero (?:la )?|pido (?:la )?)?baja
    bajas
    (?:me doy|nos damos|(?:me |nos )?den|(?:me |nos )?deis|(?:me |nos )?de) de baja
    desuscri(?:bir|bidme|banme|bir?me|pcion)
    desapunt\w+
    borr(?:ar|adme|enme|eme|en|ad)(?:me)?
    elimin(?:ar|adme|enme|eme|en|ad|e)(?:me)?
    quitadme
    quiten?me
    no (?:me |nos )?(?:envi|mand|escrib)\w+ mas
    (?:ya )?no (?:quiero|deseo|queremos) (?:recibir|mas)
    no mas (?:correos?|e-?mails?|mails?|mensajes|publicidad)
    dej(?:en|ad|e|ar) de (?:enviar|mandar|escribir)\w*
    cancel(?:ar|en|ad|e|a) (?:mi |la )?suscripcion
    desinscri\w+
    desabonn\w+
    ne plus (?:recevoir|m'? ?envoyer)
    (?:ne )?(?:souhaite|veux|desire|voudrais) plus (?:rien )?recevoir
    (?:ne )?m'? ?envoyez plus
    arret(?:ez|er)?(?: de (?:m'? ?)?(?:envoyer|ecrire))?
    (?:me |m'? ?)?(?:retirer|enlever|rayer|supprimer)
    (?:retirez|enlevez|supprimez|rayez)[- ]moi
    supprim(?:er|ez) (?:mon|mes) (?:adresse|e-?mail|mail|coordonnees)(?: (?:e-?mail|mail|electronique))?
    plus (?:de|aucun) (?:mails?|e-?mails?|courriels?|messages?|newsletters?)
    resili\w+ (?:mon |l )?abonnement a (?:la |votre )?(?:newsletter|lettre)
    abmelden
    abbestellen
    austragen
    keine (?:weiteren )?(?:e-?mails?|mails?|newsletter|werbung|nachrichten)
    tragen sie mich (?:bitte )?aus
    (?:loschen|entfernen|streichen) sie (?:bitte )?(?:mich|meine (?:e-?mail-?)?adresse)
    cancell(?:ami|atemi|azione|arsi|arci)
    disiscri\w+
    non (?:voglio|desidero) (?:piu )?ricevere
    rimuov(?:etemi|imi)
    descadastr\w+
    cancelar (?:a |minha )?(?:subscricao|inscricao|assinatura)
    nao (?:quero|desejo) (?:mais )?receber
    remov(?:er|am|a)(?:-me)?
    uitschrijven
    afmelden
    avregistrera
    avsluta prenumeration(?:en)?
    afmeld
    """,
    around=r"\b{}\b",
)
# Words that may accompany them without changing the request.
_BESIDE = re.compile(
    r"\b(?:please|pls|plz|thanks?|thank you|you|me|us|from|this|these|that|the|any|again|ever|off|your|my|our|mailing|mail|mails|e-?mails?|address|database|list|lists|newsletters?|messages?|subscription|sending|to|of|all|now|hello|hi|dear|sirs?|regards|best|i|would|like|want|wish|kindly|request|receive|more|"
    r"por|favor|gracias|ustedes|usted|vosotros|vuestros|vuestras?|hola|buenos|buenas|dias|tardes|un|saludo|saludos|quiero|quisiera|deseo|ruego|rogamos|les|le|solicito|la|los|las|el|de|del|en|mi|su|sus|esta|este|lista|boletin|correo|correos|electronic[oa]s?|e?mail|mensajes?|comunicaciones|informacion|mas|mis|base|datos|me|darme|que|suscripcion|distribucion|publicidad|comercial|comerciales|cordial|recibir|newsletter|no|a|y|ya|nada|"
    r"s'?il|vous|te|plait|svp|stp|merci|bonjour|bonsoir|madame|monsieur|moi|nous|cordialement|je|ne|veux|veuillez|voudrais|souhaite|souhaiterais|desire|demande|bien|vouloir|votre|vos|cette|ce|liste|listes|lettre|diffusion|fichiers?|courriels?|messages?|plus|adresse|de|la|le|les|mon|ma|abonnement|recevoir|du|des|l|d|m|"
    r"bitte|danke|mich|ich|mochte|den|das|die|vom|von|der|ihrem|ihre[nr]?|verteiler|sie|per favore|grazie|per gentileza|dalla|vostr[aeo]|obrigado|obrigada|quero|da|por favor|mais)\b",
)
# Phrases about the same thing that mean the contrary.
_STAY = re.compile(
    r"\bno (?:me |nos )?(?:quiero|deseo|queremos|den|deis|des|dar)\b.{0,12}\bbaja|\b(?:do not|don ?t|don't|dont|never)(?: want to)? (?:unsubscribe|remove|delete|stop|take)|"
    r"\bne (?:me |nous )?(?:desinscri|desabonn|retir|supprim|arret)\w+|\b(?:nicht|non|nao) (?:abmelden|abbestellen|cancell|remov)"
)
_CHOICE = re.compile(r"[^\w\s@'-]+")


def asks_to_stop(text: str) -> bool:
    """Say whether the whole of a short text is a request for no more mail; false if it says anything else."""
    plain = _fold(text)
    if not plain or len(plain.split()) > MAX_WORDS or ("@" in plain and len(plain.split()) > MAX_WORDS // 2):
        return False
    if not _ASK.search(plain) or _STAY.search(plain):
        return False
    rest = _BESIDE.sub(" ", _ASK.sub(" ", plain))
    return len(re.sub(r"[\W\d_]+", "", rest)) <= 2


def read_unsubscription(*, subject: str, reply: str) -> tuple[str, ...]:
    """Return the sign of an unsubscription in the whole reply, or in the subject of an empty one; empty if neither."""
    own = re.sub(r"^\s*(?:(?:re|fwd?|rv|tr|aw)\s*:\s*)+", "", subject, flags=re.IGNORECASE)
    if asks_to_stop(reply):
        return ("unsubscribe:reply",)
    if asks_to_stop(own) and (not reply.strip() or _fold(reply) == _fold(own) or _is_list_machine(reply)):
        return ("unsubscribe:subject",)
    return ()


def _is_list_machine(reply: str) -> bool:
    """Say whether a reply is the text that mail programs write for their own unsubscribe button (RFC 2369 mailto)."""
    return bool(
        re.search(
            r"sent (?:this )?(?:e-?mail|message) to unsubscribe|this message was automatically generated by|se ha generado autom|généré automatiquement",
            reply,
            re.IGNORECASE,
        )
    )


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text[:2_000]).encode("ascii", "ignore").decode("ascii").lower()
    return " ".join(_CHOICE.sub(" ", plain).split())
