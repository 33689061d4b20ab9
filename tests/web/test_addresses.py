"""No address is forgotten.

What answers a browser with a page is among the pages that every test of pages walks over.
"""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, get_resolver, resolve, reverse

from tests.web.facts import furnish, staff
from tests.web.outside import BARE, furnish_doors, furnish_outside

# What answers GET and is no page of its own, and why.
NO_PAGES = {
    "brand-colours": "a style sheet",
    "console:brand-colours": "a style sheet",
    "console:brand-logo": "a picture",
    "console:campaign-care": "a part of the campaign's page",
    "console:campaign-charts": "a part of the campaign's page",
    "console:caught-html": "a letter in a frame of its page",
    "console:form-code": "a picture",
    "console:inbound-file": "a file",
    "console:media-offer": "data",
    "console:message-attachment": "a file",
    "console:message-copy": "a letter in a frame of its page",
    "console:message-letter": "a file",
    "console:message-tested": "a part of the page that sent a test",
    "console:palette": "a part of every page",
    "console:proof": "a file",
    "console:senders-first": "leads to the first domain's page",
    "console:template-preview": "a letter in a frame of its page",
    "console:template-unwritten": "a part of the template's page",
    "archive-feed": "a feed",
    "mfa_authenticate": "the middle of a sign-in; tests/web/test_passkeys.py",
    "mfa_download_recovery_codes": "a file",
    "mfa_edit_webauthn": "one person's own key; tests/web/test_passkeys.py",
    "mfa_login_webauthn": "data",
    "mfa_reauthenticate_webauthn": "asks for a key that is plugged in; tests/web/test_passkeys.py",
    "mfa_remove_webauthn": "one person's own key; tests/web/test_passkeys.py",
    "account_confirm_login_code": "the middle of a sign-in by a code, which no house has",
    "account_set_password": "leads to the page that changes it",
    "set_language": "an act: it leads back",
    "console:import-act": "an act: it leads back",
}


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
def test_every_page_is_among_those_that_are_looked_at(client):
    console, user = furnish(), staff()
    paths = {**console.paths, **furnish_outside(console.house), **furnish_doors(user), **BARE}
    seen = {resolve(path.partition("?")[0]).view_name for path in paths.values()}
    client.force_login(user)
    forgotten = {
        name
        for name, pattern in _patterns(get_resolver().url_patterns)
        if name not in seen | set(NO_PAGES) and _answers(client, name, pattern)
    }
    assert forgotten == set()


def _patterns(patterns, space="") -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        if isinstance(one, URLPattern):
            yield f"{space}{one.name or ''}", one
        else:
            yield from _patterns(one.url_patterns, f"{space}{one.namespace}:" if one.namespace else space)


def _answers(client, name, pattern):
    """Tell whether an address answers GET at all; what only acts answers 405."""
    if not name:
        return False  # the readers' pages, which tests/web/public/test_every.py walks over by their tokens
    facts = {key: 1 if "Int" in type(one).__name__ else "x" for key, one in pattern.pattern.converters.items()}
    return client.get(reverse(name, kwargs=facts)).status_code != 405
