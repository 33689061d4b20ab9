"""A template as one person would see it, before anything is planned: links lead nowhere, nothing is counted."""

from collections import defaultdict

from django.utils import translation
from django.utils.translation import gettext as _

from esmero.content.models import TemplateText
from esmero.content.versions import source_of
from esmero.mailroom.facts import known_fields, read_values
from esmero.mailroom.presses import write_footer
from esmero.people.models import Person
from esmero.rendering.compile import compile_source
from esmero.rendering.pattern import Way


def preview_html(text: TemplateText, *, person: Person | None) -> str:
    """Return the HTML of a template's text for a person, or with all fields empty for nobody.

    Raises:
        TemplateFault: the text can no longer be compiled (a field was taken away since).

    """
    brand = text.version.template.brand
    with translation.override(text.language):
        footer = write_footer(brand, reason=_("the reason that the campaign gives"), leave=True)
    compiled = compile_source(source_of(text), fields=known_fields(), footer=footer)
    values = read_values([person.pk]).get(person.pk, {}) if person else {}
    nowhere: defaultdict[Way, str] = defaultdict(lambda: "#")
    return compiled.html.render(values, nowhere)
