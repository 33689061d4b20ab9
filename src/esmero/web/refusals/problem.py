"""Render a refusal as a problem of the API (RFC 9457)."""

from esmero.refusal import Refusal, to_json
from esmero.web.refusals.say import say

PREFIX = "/problems/"
MEMBERS = frozenset({"type", "title", "status", "detail", "instance"})
"""Members that RFC 9457, 3.1 defines; no fact has such a name."""


def as_problem(refusal: Refusal) -> dict[str, object]:
    """Return the members of application/problem+json, in the active language.

    `type` is a relative reference that names the code (RFC 9457, 3.1.1), `title` the code in plain words, the same in
    every occurrence (3.1.3), and `detail` the text for a person; the facts follow as extension members (3.2).
    """
    return {
        "type": f"{PREFIX}{refusal.code}",
        "title": refusal.code.replace("-", " ").capitalize(),
        "status": refusal.status,
        "detail": say(refusal),
        **{name: to_json(value) for name, value in refusal.facts.items()},
    }
