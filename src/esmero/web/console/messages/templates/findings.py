"""Describe problems and findings of a template, each with the place to correct it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from esmero.content.queries import LANGUAGES
from esmero.people.models import Person
from esmero.rendering.checks.findings import TemplateFinding
from esmero.rendering.templates.problem import TemplateProblem
from esmero.web.parts.labels import StateLabel
from esmero.web.refusals.words.rendering import say_problem

FINDING_TEXTS: Mapping[str, str | Promise] = {
    "subject-long": gettext_lazy("The subject has %(length)s characters; most programs show no more than %(most)s."),
    "no-preheader": gettext_lazy("There is no preview line: programs will show the first words of the letter instead."),
    "no-fallback": gettext_lazy("The field “%(field)s” has no fallback: whoever has none sees a gap."),
    "relative": gettext_lazy("The address leads nowhere outside of a web site. Begin it with https://."),
    "font-not-loaded": gettext_lazy("The font is not loaded, because its host would learn who reads the mail."),
    "no-alt": gettext_lazy("The picture has no words for those who do not see it."),
    "empty-alt": gettext_lazy("The picture says nothing to those who do not see it. Well, if it only decorates."),
    "placeholder": gettext_lazy("The address “%(address)s” is still a placeholder."),
    "link-http": gettext_lazy("The link is not encrypted: %(address)s. Write https://, if the site allows."),
    "image-http": gettext_lazy("The picture is not encrypted, and many programs will not show it: %(address)s."),
    "contrast": gettext_lazy("“%(words)s” is hard to read: %(ink)s on %(paper)s has a contrast of %(ratio)s to 1."),
    "clipped": gettext_lazy("The letter has about %(kilobytes)s kB, and Gmail cuts it off at %(most)s kB."),
    "unsupported": gettext_lazy("“%(what)s” is not shown by %(programs)s."),
    "dark": gettext_lazy(
        "“%(words)s” in %(ink)s vanishes where a program shows mail on a dark ground. Set a background, or a"
        " lighter colour."
    ),
    "commerce": gettext_lazy(
        "“%(words)s” sells, but “%(use)s” is sent as no advertising. Put it into the promotion, which only those"
        " get who allow it, or send it on a topic of advertising."
    ),
    "lacks-link-text": gettext_lazy("The text part lacks a link of the letter: %(words)s."),
    "lacks-link-html": gettext_lazy("The letter lacks a link of the text part: %(words)s."),
    "lacks-figure-text": gettext_lazy("The text part does not say “%(words)s”, as the letter does."),
    "lacks-figure-html": gettext_lazy("The letter does not say “%(words)s”, as the text part does."),
    "lacks-sentence-text": gettext_lazy("The text part lacks a sentence of the letter: “%(words)s”."),
    "lacks-sentence-html": gettext_lazy("The letter lacks a sentence of the text part: “%(words)s”."),
    "link-status": gettext_lazy("This link answers %(status)s: %(address)s."),
    "link-no-host": gettext_lazy("The host of this link does not exist: %(address)s."),
    "link-silent": gettext_lazy("This link gives no answer within a few seconds: %(address)s."),
    "link-refused": gettext_lazy("Nobody answers at this link: %(address)s."),
    "link-certificate": gettext_lazy("Browsers warn of this link, because its certificate is not valid: %(address)s."),
    "link-inside": gettext_lazy("This link leads into a private network, where readers do not get: %(address)s."),
    "link-reserved": gettext_lazy(
        "The host of this link is reserved for examples, and nobody reaches it: %(address)s."
    ),
    "link-redirects": gettext_lazy("This link sends its reader on and on: %(address)s."),
    "link-scheme": gettext_lazy("This link leads to no address of the web: %(address)s."),
    "link-guarded": gettext_lazy(
        "This link answers %(status)s to a stranger; look whether readers get in: %(address)s."
    ),
    "link-personal": gettext_lazy("This link holds a field, so it is tried for nobody: %(address)s."),
    "text-thin": gettext_lazy("Without pictures hardly a word is left. Say in words what the pictures say."),
}
MILD = frozenset({"link-guarded", "link-personal"})
_PARTS = {"subject": gettext_lazy("Subject"), "preheader": gettext_lazy("Preview line")}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingNote:
    """Describe one finding.

    `grave` prevents saving, `mild` is information only. `go` names the place for the editor, `url` another page.
    """

    words: str
    place: str
    go: str
    grave: bool = False
    url: str | Promise = ""
    mild: bool = False

    @property
    def mark(self) -> StateLabel:
        """Return the chip: to mend, to know, or to look at."""
        if self.grave:
            return StateLabel("broken", _("mend"))
        return StateLabel("plain", _("to know")) if self.mild else StateLabel("wait", _("look"))


def describe_findings(
    found: Sequence[TemplateFinding], *, blocks: Mapping[int, int] | None, shares: Mapping[str, int] | None = None
) -> list[FindingNote]:
    """Describe findings. `blocks` maps lines of a letter's MJML to paragraphs; without it lines stay lines.

    `shares` is the percentage of the mail by mail program.
    """
    return [
        _make_note(_say(one, shares=shares or {}), one.part, one.line, blocks=blocks, mild=one.code in MILD)
        for one in found
        if one.part != "body" or not one.line or blocks is None or one.line in blocks
    ]


def describe_problems(problems: Sequence[TemplateProblem], *, blocks: Mapping[int, int] | None) -> list[FindingNote]:
    """Describe the problems that prevent a text from being saved."""
    notes = []
    for one in problems:
        part, _line, number = one.place.partition(" line ")
        line = int(number) if number.isdecimal() else 0
        notes.append(_make_note(say_problem(one), part, line, blocks=blocks, grave=True))
    return notes


def describe_missing_languages(languages: Mapping[str, int]) -> list[FindingNote]:
    """Describe the readers' languages without a text; the counts of people are capped at `MOST`."""
    from esmero.web.parts.components.template_tags import language_name

    return [
        FindingNote(
            words=ngettext(
                "%(number)s person reads %(language)s, in which nothing is written yet.",
                "%(number)s people read %(language)s, in which nothing is written yet.",
                number,
            )
            % {
                "number": number
                if number < MAX_COUNTED_READERS
                else _("%(number)s or more") % {"number": MAX_COUNTED_READERS},
                "language": language_name(code),
            },
            place="",
            go="",
        )
        for code, number in languages.items()
    ]


MAX_COUNTED_READERS = 1000


def count_unwritten(readers: QuerySet[Person], *, written: set[str]) -> dict[str, int]:
    """Count the readers, up to MOST, of each language that is not among `written`."""
    counted = {
        code: readers.filter(language=code)[:MAX_COUNTED_READERS].count() for code in LANGUAGES if code not in written
    }
    return {code: number for code, number in counted.items() if number}


def _say(one: TemplateFinding, *, shares: Mapping[str, int]) -> str:
    facts = dict(one.facts)
    if "programs" in facts:
        names = facts["programs"].split(", ")
        facts["programs"] = ", ".join(f"{name} ({shares[name]} %)" if shares.get(name) else name for name in names)
    return str(FINDING_TEXTS[one.code]) % facts


def _make_note(
    words: str, part: str, line: int, *, blocks: Mapping[int, int] | None, grave: bool = False, mild: bool = False
) -> FindingNote:
    place, go = "", ""
    if part in _PARTS:
        place, go = str(_PARTS[part]), part
    elif line and blocks is None:
        place, go = _("line %(number)d") % {"number": line}, f"line:{line}"
    elif blocks is not None and line in blocks:
        place, go = _("paragraph %(number)d") % {"number": blocks[line]}, f"block:{blocks[line]}"
    return FindingNote(words=words, place=place, go=go, grave=grave, mild=mild)
