"""Read the template files of command arguments into TemplateSources."""

from collections.abc import Mapping
from pathlib import Path

from esmero.refusal import InvalidValue
from esmero.rendering.templates.compile import TemplateSource


def read_sources(
    files: Mapping[str, str], *, subjects: Mapping[str, str], preheaders: Mapping[str, str]
) -> list[TemplateSource]:
    """Return one TemplateSource a language; raise InvalidValue for a template without subject, or the reverse."""
    for language in subjects:
        if language not in files:
            raise InvalidValue("template-missing", language=language)
    sources = []
    for language, name in files.items():
        if language not in subjects:
            raise InvalidValue("subject-missing", language=language)
        try:
            mjml = Path(name).read_text(encoding="utf-8")
        except UnicodeDecodeError as wrong:
            raise InvalidValue("template-not-utf8", file=name, octet=wrong.start) from wrong
        sources.append(
            TemplateSource(
                language=language, subject=subjects[language], preheader=preheaders.get(language, ""), mjml=mjml
            )
        )
    return sources
