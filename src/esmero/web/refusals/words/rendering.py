"""Word the refusals of rendering/: of a header, and of a template with its problems, whose patterns are the keys."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.rendering.templates.problem import TemplateProblem, TranslatableText
from esmero.web.refusals.words import Sentence, Words

PLACES: Mapping[str, Sentence] = {"subject": _("Subject"), "preheader": _("Preview line"), "body": _("Letter")}

SENTENCES: Mapping[str, Sentence] = {
    "the character U+%(code)s is reserved": _("the character U+%(code)s is reserved"),
    "Remove it": _("Remove it"),
    "the subject is empty": _("the subject is empty"),
    "Say in one line what the message is about": _("Say in one line what the message is about"),
    "if and for do not close in the order of the elements: %(said)s": _(
        "if and for do not close in the order of the elements: %(said)s"
    ),
    "Let each begin and end in the same element": _("Let each begin and end in the same element"),
    "the MJML cannot be read: %(said)s": _("the MJML cannot be read: %(said)s"),
    "Check that attributes are quoted and & is &amp;": _("Check that attributes are quoted and & is &amp;"),
    "it has more than one line": _("it has more than one line"),
    "Write it in one line": _("Write it in one line"),
    "Use fields, filters, comparisons, if and for only": _("Use fields, filters, comparisons, if and for only"),
    "Write “%(name)s”": _("Write “%(name)s”"),
    "Known are: %(names)s": _("Known are: %(names)s"),
    "%(what)s cannot be used in a template": _("%(what)s cannot be used in a template"),
    "the field “%(name)s” does not exist": _("the field “%(name)s” does not exist"),
    "the template language is not understood: %(said)s": _("the template language is not understood: %(said)s"),
    "Mend what stands between the braces": _("Mend what stands between the braces"),
    "the %(kind)s “%(name)s” does not exist": _("the %(kind)s “%(name)s” does not exist"),
    "a background cannot be personal": _("a background cannot be personal"),
    "Use an <mj-image>, or one background for all": _("Use an <mj-image>, or one background for all"),
    "if and for cannot stand inside an address": _("if and for cannot stand inside an address"),
    "Put them around the whole element": _("Put them around the whole element"),
    "a field stands where the name of the host belongs, so that the address could lead anywhere": _(
        "a field stands where the name of the host belongs, so that the address could lead anywhere"
    ),
    "Write https://host/ out in full before the field, or make the field the whole address": _(
        "Write https://host/ out in full before the field, or make the field the whole address"
    ),
    "%(scheme)s: in “%(name)s” is nothing that a mail reader opens": _(
        "%(scheme)s: in “%(name)s” is nothing that a mail reader opens"
    ),
    "Give an address with https://": _("Give an address with https://"),
    "the HTML has about %(size)s kB, and Gmail cuts it off at %(most)s kB": _(
        "the HTML has about %(size)s kB, and Gmail cuts it off at %(most)s kB"
    ),
    "nothing in the message lets its reader leave": _("nothing in the message lets its reader leave"),
    "the image %(address)s has no words for those who do not see it": _(
        "the image %(address)s has no words for those who do not see it"
    ),
    "Shorten it, or link to a page with the rest": _("Shorten it, or link to a page with the rest"),
    'Give it a footer, or a link with href="{{ unsubscribe_url }}"': _(
        'Give it a footer, or a link with href="{{ unsubscribe_url }}"'
    ),
    'Give it alt="…", or alt="" if it only decorates': _('Give it alt="…", or alt="" if it only decorates'),
    "the text part is empty": _("the text part is empty"),
    "Write at least one sentence outside of images": _("Write at least one sentence outside of images"),
    "<%(tag)s> is never closed": _("<%(tag)s> is never closed"),
    "Close it with </%(tag)s>": _("Close it with </%(tag)s>"),
    "the promotion is empty": _("the promotion is empty"),
    "Put an <mj-section> between <%(tag)s> and </%(tag)s>": _("Put an <mj-section> between <%(tag)s> and </%(tag)s>"),
    "</%(tag)s> closes nothing": _("</%(tag)s> closes nothing"),
    "Remove it, or open the element before": _("Remove it, or open the element before"),
    "Close it with </%(tag)s> before </%(outer)s>": _("Close it with </%(tag)s> before </%(outer)s>"),
    "the words “%(words)s” stand between elements and would be lost": _(
        "the words “%(words)s” stand between elements and would be lost"
    ),
    "Put them into an <mj-text>": _("Put them into an <mj-text>"),
    "a promotion stands in another": _("a promotion stands in another"),
    "Close the first one before": _("Close the first one before"),
    "the font is not loaded, because its host would learn who reads the message": _(
        "the font is not loaded, because its host would learn who reads the message"
    ),
    "the value of “%(name)s” in <%(tag)s> has no quotation marks": _(
        "the value of “%(name)s” in <%(tag)s> has no quotation marks"
    ),
    'Write name="value"': _('Write name="value"'),
    "if and for do not begin and end within the promotion": _("if and for do not begin and end within the promotion"),
    "Let each stand wholly in it": _("Let each stand wholly in it"),
    "there is no <%(tag)s>": _("there is no <%(tag)s>"),
    "Begin with <mjml><mj-body>": _("Begin with <mjml><mj-body>"),
    "<%(tag)s> stands outside of any <mj-text>": _("<%(tag)s> stands outside of any <mj-text>"),
    "Put it into an <mj-text> or <mj-raw>": _("Put it into an <mj-text> or <mj-raw>"),
    "“%(name)s” in <%(tag)s> would run a program, which no mail reader does": _(
        "“%(name)s” in <%(tag)s> would run a program, which no mail reader does"
    ),
    "“%(address)s” leads nowhere outside of a web site": _("“%(address)s” leads nowhere outside of a web site"),
    "<%(tag)s> cannot be sent by mail": _("<%(tag)s> cannot be sent by mail"),
    "Name a font that readers have": _("Name a font that readers have"),
    "<mj-include> cannot be used": _("<mj-include> cannot be used"),
    "Copy its content to this place": _("Copy its content to this place"),
    "Use an <mj-style>": _("Use an <mj-style>"),
    "<%(tag)s> is not an element of MJML": _("<%(tag)s> is not an element of MJML"),
    "Write the address out: https://…": _("Write the address out: https://…"),
    "Write <%(tag)s>": _("Write <%(tag)s>"),
    "<%(tag)s> cannot stand in <%(outer)s>": _("<%(tag)s> cannot stand in <%(outer)s>"),
    "It belongs into %(tags)s": _("It belongs into %(tags)s"),
    "It belongs into nothing: begin with it": _("It belongs into nothing: begin with it"),
}


def say_problem(problem: TemplateProblem) -> str:
    """Describe a problem and its remedy, in the active language."""
    return f"{say_text(problem.what)}. {say_text(problem.remedy)}."


def say_place(place: str) -> str:
    """Describe a place ("subject", "body line 12"), in the active language."""
    part, _line, number = place.partition(" line ")
    if number.isdecimal():
        return gettext("line %(number)d") % {"number": int(number)}
    return str(PLACES.get(part, place))


def say_text(words: TranslatableText) -> str:
    """Translate a text of the rendering package into the active language."""
    return str(SENTENCES[words.pattern]) % words.facts


def _say_unusable(*, problems: Sequence[Mapping[str, Any]]) -> str:
    lines = [f"{say_place(one['place'])}: {_fill(one['what'])}. {_fill(one['remedy'])}." for one in problems]
    return "\n  ".join((gettext("The template cannot be used:"), *lines))


def _fill(text: Mapping[str, Any]) -> str:
    pattern = str(text["pattern"])
    words: str = str(SENTENCES.get(pattern, pattern)) % text["facts"]
    return words


WORDS: Mapping[str, Words] = {
    "letter-unprintable": _("The letter cannot be printed: its font has no %(characters)s."),
    "template-unusable": _say_unusable,
    "header-with-break": _(
        "%(field)s cannot stand in the header %(header)s: it holds a line break or NUL. Mend the value of %(field)s."
    ),
    "header-without-address": _(
        "%(field)s cannot stand in the header %(header)s: it is not a mail address. Mend the value of %(field)s."
    ),
    "header-without-domain": _(
        "%(field)s cannot stand in the header %(header)s: its domain is not a host name. Mend the value of %(field)s."
    ),
    "header-with-odd-letters": _(
        "%(field)s cannot stand in the header %(header)s: it is more than letters, digits, . _ and -. Mend the value"
        " of %(field)s."
    ),
}
