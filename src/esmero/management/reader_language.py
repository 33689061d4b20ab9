"""Choose the language of the terminal, and say in it what was refused, what failed, and what texts lack."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import esmero
from esmero.refusal import Refusal

# By precedence: the first that is set decides (POSIX.1-2024, Base Definitions, 8.2).
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def reader_language(environment: Mapping[str, str] | None = None) -> str:
    """Return es, fr or en: the language that the environment asks for, else English."""
    given = os.environ if environment is None else environment
    locale = next((given[name] for name in VARIABLES if given.get(name)), "")
    code = locale[:2].lower()
    return code if code in ("es", "fr") and locale[2:3] in ("", "_", "-", ".", "@") else "en"


def say_refusal(refusal: Refusal) -> str:
    """Return the words of a refusal in the language of the terminal, also before Django was set up for a house."""
    import django
    from django.conf import settings
    from django.utils import translation

    if not settings.configured:  # no house yet, or one whose settings are wrong
        settings.configure(LOCALE_PATHS=[Path(esmero.__file__).parent / "locale"])
        django.setup()
    from esmero.web.refusals.say import say

    with translation.override(reader_language()):
        return say(refusal)


def say_trouble(trouble: str) -> str:
    """Return the stored trouble of a job or message in the language of the terminal; of a traceback, the last line."""
    from django.utils import translation

    from esmero.web.labels.connection_troubles import translate_trouble

    with translation.override(reader_language()):
        return translate_trouble(trouble.strip().rpartition("\n")[2] if trouble.startswith("Traceback") else trouble)


def list_text_findings(campaign: Any) -> list[dict[str, str]]:
    """Return the findings of a campaign's texts as language, place and words, in the language of the terminal."""
    from django.utils import translation

    from esmero.content.versions import source_of
    from esmero.mailroom.composing.preview import compile_text
    from esmero.rendering.checks.lint import lint
    from esmero.web.console.messages.templates.brand_checks import report_advertising, report_missing_reason
    from esmero.web.refusals.words.rendering import say_place, say_problem

    found: list[dict[str, str]] = []
    with translation.override(reader_language()):
        texts = list(campaign.version.texts.select_related("version__template__brand").order_by("language"))
        for text in texts:
            pairs = [(say_place(one.place), say_problem(one)) for one in lint(compile_text(text), bulk=True)]
            pairs += [
                (one.place, one.words) for one in report_advertising(source_of(text), uses=[campaign], blocks=None)
            ]
            found += [{"language": text.language, "place": place, "words": words} for place, words in pairs]
        found += [
            {"language": "", "place": one.place, "words": one.words}
            for one in report_missing_reason(campaign, languages=[text.language for text in texts])
        ]
    return found
