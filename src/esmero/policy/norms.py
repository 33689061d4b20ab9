"""Generate the page of norms from the rules' docstrings (`docs/norms.md`; a test compares the two)."""

from collections.abc import Iterable
from inspect import cleandoc

from esmero.policy.case import MESSAGE_CLASSES
from esmero.policy.rule import OccasionRule, Rule

_HEAD = """\
# The norms that the gate upholds

Every outgoing message passes one gate. It applies all of these rules, in this order, and keeps every objection. A rule
returns nothing, *refuse* or *wait until*; for the message the strictest result applies. A promotion inside a message
that is not commercial is judged separately, as commercial: it can be removed, the message is not. A dry run counts a
person under the first objection. The codes are stored with the messages and are never reused for another rule.

This page is made from the rules' own docstrings by `make docs`. It is no legal advice.
"""


def norms_page(rules: Iterable[Rule]) -> str:
    """Return the page as Markdown, one section per rule in the given order.

    Raises:
        ValueError: a rule's docstring is missing or has no paragraph that begins with "Norm:".

    """
    return "\n".join((_HEAD, *(_section(rule) for rule in rules)))


def _section(rule: Rule) -> str:
    name = type(rule).__name__
    paragraphs = [" ".join(part.split()) for part in cleandoc(rule.__doc__ or "").split("\n\n")]
    norms = [part.removeprefix("Norm:").strip() for part in paragraphs if part.startswith("Norm:")]
    if len(norms) != 1 or paragraphs[0].startswith("Norm:"):
        msg = f"{name}: its docstring needs the rule in plain words on the first line and one paragraph 'Norm: …'."
        raise ValueError(msg)
    words = "\n\n".join(part for part in paragraphs if not part.startswith("Norm:"))
    classes = ", ".join(kind for kind in MESSAGE_CLASSES if kind in rule.applies_to)
    looks_at = "the occasion (once a dispatch)" if isinstance(rule, OccasionRule) else "each person"
    return f"""\
## {rule.code} {name}

{words}

* Norm: {norms[0]}
* Applies to: {classes}
* Looks at: {looks_at}
* Short name: `{rule.slug}`
"""
