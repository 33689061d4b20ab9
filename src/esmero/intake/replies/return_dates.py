"""Find the date on which an absent person says to be back, in running text of six languages."""

import re
from datetime import date, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene janvier janv januar jänner gennaio gen janeiro",
            "february feb febrero février fevrier févr febbraio fevereiro februar",
            "march mar marzo mars märz março maart",
            "april apr abril abr avril avr aprile",
            "may mayo mai maggio maio mei",
            "june jun junio juin juni giugno junho",
            "july jul julio juillet juil juli luglio julho",
            "august aug agosto ago août aout",
            "september sep sept septiembre septembre settembre setembro",
            "october oct octubre octobre oktober okt ottobre outubro",
            "november nov noviembre novembre novembro",
            "december dec diciembre dic décembre decembre déc dezember dez dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_UNTIL = (
    r"until|till|thru|through|back (?:in (?:the |our )?office )?(?:on|by)|(?:re)?open(?:s|ing)? (?:again )?(?:on|at)|return(?:ing)?(?: to (?:the office|work))?(?: on)?|as of|"
    r"hasta(?: el(?: (?:próximo )?día)?)?|(?:regreso|regresaré|regresará|vuelvo|volveré|volverá|vuelta)(?: a \w+ \w+)?(?: el)?|(?:me |se )?reincorpor\w+(?: a \w+ \w+)?(?: el)?|a partir del?(?: día)?|disponible el|"
    r"jusqu[e'’\s]*(?:au|à|a)?|de retour(?: au bureau)?(?: le)?|retour(?: prévu)?(?: le)?|reviens le|reviendrai le|à (?:compter|partir) du|dès le|"
    r"bis(?: zum| einschließlich)?|wieder(?: ab)?(?: am)?|ab(?: dem)?|zurück (?:am|ab dem)|"
    r"fino al?l?|rientro(?: il)?|(?:rientrer|torner)ò(?: in ufficio)?(?: il)?|torno(?: il)?|a partire dal|"
    r"até(?: (?:ao |o )?dia| ao?| o)?|(?:retorno|regresso|regressarei|volto|voltarei)(?: (?:em|no|ao escritório))?(?: dia)?|de volta (?:em|no dia|a)|a partir d[eo](?: dia)?"
)
_DAY = r"(?:(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?|lunes|martes|miércoles|jueves|viernes|sábado|domingo|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|(?:lune|marte|mercole|giove|vener)dì|sabato|domenica|(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?|sábado)"
_SHAPES = (
    re.compile(r"(?P<year>20\d\d)-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})(?:[./-](?P<year>(?:20)?\d\d))?(?!\d)"),
    re.compile(
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s*(?:de |of )?(?P<name>{_MONTH})\b\.?,?\s*(?:de |del )?(?P<year>20\d\d)?",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<name>{_MONTH})\b\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b,?\s*(?P<year>20\d\d)?", re.IGNORECASE),
)
_LEAD = re.compile(
    rf"\b(?:{_UNTIL})\s*(?:and including\s*)?(?:the |el |le |dem |il |próximo |prochain |dia |día )*(?:{_DAY}\b[,.]?\s*)?(?:the |el |le |dem |il |día |dia )?",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"\b(?:del?|from|du|vom|dall['’]|dal|starting)\s*(?:{_DAY}\s+)?\d{{1,2}}(?:[./]\d{{1,2}}(?:[./]\d{{2,4}})?|(?:\s+(?:de\s+)?(?:{_MONTH})\b(?:\s+20\d\d)?)?)\s*(?:au|a(?:ll['’]|lla|l)?\b|to|bis(?: zum)?|y el|und|-|–)\s*(?:{_DAY}\s+)?",
    re.IGNORECASE,
)
# The day comes before the phrase ("Am 14. Dezember bin ich wieder da").
_BEFORE = re.compile(
    rf"\b(?:am|le|el|il|on)\s+(?:{_DAY}[,.]?\s+)?(?P<when>\d{{1,2}}[^\n]{{2,30}}?)\s+(?:bin ich wieder|je serai de retour|estaré de vuelta|sarò di ritorno|i will be back)",
    re.IGNORECASE,
)
_LONGEST_ABSENCE = timedelta(days=550)


def find_return_date(text: str, *, today: date) -> date | None:
    """Return the last day of absence or the day of return in a text, on or after `today`; None if unreadable."""
    for lead in (*_LEAD.finditer(text[:8_000]), *_RANGE.finditer(text[:8_000])):
        rest = text[lead.end() : lead.end() + 40]
        for shape in _SHAPES:
            if (found := shape.match(rest)) and (day := _make_day(found.groupdict(), today=today)):
                return day
    for before in _BEFORE.finditer(text[:8_000]):
        for shape in _SHAPES:
            if (found := shape.match(before["when"])) and (day := _make_day(found.groupdict(), today=today)):
                return day
    return None


def _make_day(parts: dict[str, str | None], *, today: date) -> date | None:
    name = (parts.get("name") or "").lower()
    number = _MONTHS.get(name, 0) or int(parts.get("month") or 0)
    day, given = int(parts["day"] or 0), parts.get("year")
    year = int(given) + (2000 if len(given) == 2 else 0) if given else today.year
    # Month first, as in the United States, if day first gives no valid date.
    if number > 12 >= day:
        number, day = day, number
    try:
        found = date(year, number, day)
        if given and not name and found < today and day <= 12:
            found = date(year, day, number)
        if not given and found < today:
            found = date(year + 1, number, day)
    except ValueError:
        return None
    return found if today <= found <= today + _LONGEST_ABSENCE else None
