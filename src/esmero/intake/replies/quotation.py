"""Recognise introductions of quoted text and lines that mail programs add, in European languages and some others."""

import re

# Words that begin an introduction of quoted text ("On … wrote:"), before a date or a name.
INTRO_START = re.compile(
    r"^[>\s*_]*(?:on|at|el|en|le|am|um|il|em|no dia|a|op|den|d\.|dnia|w dniu|dne|ti|pe|la|tarih|a\(z\)|vào|pada|στις|на|в)\b.{0,80}\d|^[>\s*]*\d{1,4}\s?[./ 年-].{0,60}|^[>\s*]*(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mié|mer|jue|jeu|vie|ven|sáb|sam|dom|dim|mo|di|mi|do|fr|sa|so)\w*[.,].{0,60}\d|"
    r"^[>\s*]*(?:\d{1,2}\s|20\d\d年|在\s?\d)",
    re.IGNORECASE,
)
# The verb at its end or in its middle.
WROTE = re.compile(
    r"(?:\bwrote\b|\bwrites\b|\bsaid\b|escribi[oó]\b|a [eé]crit\b|\bschrieb\b|\bhat .{0,80}geschrieben|ha scritto\b|escreveu\b|\bschreef\b|geschreven\b|\bskrev\b|kirjoitti\b|napisał\b|napisała?|написал|пишет|писал|пише|написав|napsal|írta\b|έγραψε|a scris\b|yazdı|đã viết|menulis|写道|寫道|写了|さんは書きました|님이 작성|のメール)",
    re.IGNORECASE,
)
_STAMP = re.compile(r"\d{1,2}[:h.]\d{2}|(?:19|20)\d\d|\d{1,2}[./-]\d{1,2}|@|\d{1,2}\.? \w{3,}", re.IGNORECASE)
_BARE_STAMP = re.compile(
    r"^[>\s]*(?:\d{4}-\d\d-\d\d \d{1,2}:\d\d (?:GMT|UTC)[+-][\d:]+\s+\S.*|20\d\d[年/-]\d{1,2}[月/-]\d{1,2}日?.{0,120}(?:<\S+@\S+>|\S+@\S+)\s*[:：]?)\s*$"
)
_OPEN_END = re.compile(r"\d{1,2}:\d{2}.*@.*(?:wrote|escribió|écrit|schrieb)\s*-*$", re.IGNORECASE)
_DATED = re.compile(r"^-*\s*(?:\w{2,12},?\s+)?\d{1,4}[\s./,-].{0,60}\d{1,2}:\d{2}.{0,160}<?\S+@\S+>?\W*$")
MAX_INTRO_LINES = 6
MAX_INTRO = 400

# Field names of the header block that Outlook and similar programs put above the quoted text.
_FROM = r"from|de|von|da|van|från|fra|lähettäjä|od|от|от кого|kimden|expéditeur|remitente|mittente|afzender|afsender|差出人|发件人|寄件者|보낸 사람|de la|feladó"
_OTHER = (
    r"sent|date|to|cc|bcc|subject|reply-to|enviado(?: el)?|enviada(?: em)?|fecha|para|asunto|responder a|cco|envoyé(?: le)?|à|a|objet|sujet|répondre à|pour|gesendet|datum|an|betreff|kopie|antwort an|inviato|data|a|oggetto|risposta|rispondi a|verzonden|aan|onderwerp|skickat|till|ämne|kopia|"
    r"sendt|til|emne|dato|lähetetty|vastaanottaja|aihe|wysłano|do|temat|data|отправлено|дата|кому|тема|копия|odesláno|komu|předmět|tárgy|címzett|küldve|gönderilme(?: tarihi)?|kime|konu|送信日時|宛先|件名|日付|发送时间|收件人|主题|抄送|寄件日期|收件者|主旨|importance|attachments|adjuntos|priority"
)
HEADER_FROM = re.compile(rf"^[>\s]*[*_]{{0,2}}(?:{_FROM})\s?[*_]{{0,2}}\s*[:：][*_]{{0,2}}\s*\S?", re.IGNORECASE)
HEADER_OTHER = re.compile(rf"^[>\s]*[*_]{{0,2}}(?:{_OTHER})\s?[*_]{{0,2}}\s*[:：]", re.IGNORECASE)

# A line that separates the reply from the message below it.
DIVIDER = re.compile(
    r"^[>\s]*(?:[-_=—*]{2,}\s*(?:(?:original|forwarded|reply|replied|quoted|previous) (?:message|mail|e-?mail|appointment)|original(?: message)?|mensaje (?:original|reenviado)|mensagem (?:original|encaminhada)|message (?:d['’]origine|original|transféré|initial)|courriel original|ursprüngliche nachricht|originalnachricht|weitergeleitete nachricht|"
    r"messaggio (?:originale|inoltrato)|oorspronkelijk bericht|doorgestuurd bericht|origineel bericht|original(?:t|a) (?:meddelande|melding|message)|ursprungligt meddelande|vidarebefordrat meddelande|oprindelig (?:meddelelse|besked)|videresendt (?:besked|melding)|opprinnelig melding|alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|исходное сообщение|пересылаемое сообщение|přeposlaná zpráva|původní zpráva|originálna správa|eredeti üzenet|orijinal (?:ileti|mesaj)|原始邮件|原始郵件|元のメッセージ|original-nachricht)\b.*?[-_=—*]*\s*"
    r"|(?:begin forwarded message|inicio del mensaje reenviado|début du message (?:réexpédié|transféré)|anfang der weitergeleiteten (?:e-mail|nachricht)|inizio messaggio inoltrato|begin doorgestuurd bericht|início da mensagem encaminhada|vidarebefordrat (?:mejl|brev)|начало переадресованного сообщения)\s*[:：]?\s*)$",
    re.IGNORECASE,
)
# Lines that phones and webmail add by themselves.
DEVICE_LINE = re.compile(
    r"^[>\s*_(]*(?:sent (?:from|via|with|using) (?:my |the )?\S|get (?:the )?outlook for|sent from|download the official|enviado (?:desde|con|mediante|por|a través|do|de) (?:mi |meu |el )?\S|enviado (?:via|pelo)|obt(?:ener|enga|én) outlook|obter o? ?outlook|envoyé (?:de(?:puis)?|avec|à partir d[eu']|via|par) ?(?:mon |ma |l['’])?\S|obtenir outlook|télécharger outlook|"
    r"(?:von|mit) (?:meinem|meiner|unterwegs|dem|der)\b.{0,50}gesendet|gesendet (?:von|mit|über|aus|vom)|diese nachricht wurde von (?:meinem|meiner|mein)|outlook für (?:ios|android)|hol(?:en sie sich)? outlook|inviato (?:da|con|dal)|scarica outlook|verzonden (?:vanaf|met|via|van|door)|verstuurd (?:vanaf|met|via|door)|outlook (?:downloaden|voor)|"
    r"sendt (?:fra|med|via) (?:min|mit|en|outlook)|skickat från|skickades från|hämta outlook|lähetetty|wysłan[eoay] (?:z|ze|przez)|отправлено (?:с|из|от)|надіслано (?:з|із)|odesláno z|odoslané z|gönderildi|iphone'umdan|trimis de pe|iphoneから送信|(?:私の)?.{0,12}から送信|发自(?:我的)?|從我的.{0,20}傳送|나의 .{0,20}보냄|sendt frå)"
    r".{0,90}$",
    re.IGNORECASE,
)
DASHES = re.compile(r"^\s*(?:--\s?|—|–|-{2,3}|_{2,}|\*{4,}|={4,})\s*$")
PREFIXED = re.compile(r"^(?:\s{0,3}>|[A-Z][a-z]{0,11}>|[|]\s)")
FENCE = re.compile(r"^\s*(?:```|~~~)")


def find_intro(lines: list[str], start: int) -> int:
    """Return the number of lines that an introduction of quoted text takes from `start`; 0 if none begins there."""
    first = lines[start]
    if _BARE_STAMP.match(first):
        return 1
    opens = bool(INTRO_START.match(first)) or "@" in first or bool(WROTE.search(first))
    if not opens or not first.strip():
        return 0
    joined, blanks = "", 0
    for count, line in enumerate(lines[start : start + MAX_INTRO_LINES + 2], start=1):
        text = line.strip().lstrip("> ")
        blanks += not text
        if (
            blanks > 2
            or len(joined) > MAX_INTRO
            or (count > 1 and INTRO_START.match(line) and not joined.rstrip().endswith((",", "<", "(")))
        ):
            return 0
        joined = f"{joined} {text}".strip()
        if _ends_intro(joined):
            return count
        if text and text[-1] in ".!?" and not re.search(r"\b(?:[ap]\.m|[a-zé]{3,4}|г|kl)\.$", text, re.IGNORECASE):
            return 0
    return 0


def _ends_intro(joined: str) -> bool:
    """Say whether a line, joined from its folds, is an introduction: author and time, or time and address."""
    if not _STAMP.search(joined):
        return False
    closed = joined.endswith((":", "：", ":*", ":**"))
    if WROTE.search(joined[-200:]) and (closed or _OPEN_END.search(joined)):
        return True
    return closed and "@" in joined and bool(_DATED.match(joined))


def find_header_block(lines: list[str], start: int) -> int:
    """Return the number of lines that a pasted header block takes from `start`; 0 if none begins there."""
    if not HEADER_FROM.match(lines[start]) and not HEADER_OTHER.match(lines[start]):
        return 0
    seen, first, count, loose = 0, False, 0, 0
    for line in lines[start : start + 14]:
        if HEADER_FROM.match(line) or HEADER_OTHER.match(line):
            seen += 1
            first = first or bool(HEADER_FROM.match(line))
            loose = 0
        elif not line.strip().strip(">"):
            if seen >= 3:
                break
            loose += 1
        elif seen:
            # A folded value: one or two lines, then the next field.
            loose += 1
        if loose > 2:
            break
        count += 1
    return count if seen >= 3 and first else 0
