"""Read the template files of command arguments into TemplateSources."""

from collections.abc import Mapping
from pathlib import Path

from esmero.management.command import CommandFault
from esmero.rendering.templates.compile import TemplateSource


def read_sources(
    files: Mapping[str, str], *, subjects: Mapping[str, str], preheaders: Mapping[str, str]
) -> list[TemplateSource]:
    """Return one TemplateSource a language; raise CommandFault for a template without subject, or the reverse."""
    for language in subjects:
        if language not in files:
            raise CommandFault(f"There is a subject in {language}, but no template: add --template {language}=FILE.")
    sources = []
    for language, name in files.items():
        if language not in subjects:
            raise CommandFault(f"The template in {language} has no subject: add --subject {language}=TEXT.")
        try:
            mjml = Path(name).read_text(encoding="utf-8")
        except UnicodeDecodeError as wrong:
            raise CommandFault(f"{name} is not UTF-8 (octet {wrong.start}). Save it as UTF-8.") from wrong
        sources.append(
            TemplateSource(
                language=language, subject=subjects[language], preheader=preheaders.get(language, ""), mjml=mjml
            )
        )
    return sources
