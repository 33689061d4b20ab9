"""Provide the codes of the objections in the order in which a dry run counts them."""

from collections.abc import Mapping

from esmero.policy.gate import RULES
from esmero.policy.norms import norms_page

CODES: tuple[str, ...] = tuple(rule.code for rule in RULES)
SLUGS: Mapping[str, str] = {rule.code: rule.slug for rule in RULES}


def sort_by_rule(reasons: Mapping[str, int]) -> dict[str, int]:
    """Return the reasons in the order of the rules; codes of older versions come last."""
    known = {code: reasons[code] for code in CODES if code in reasons}
    return known | {code: number for code, number in sorted(reasons.items()) if code not in known}


def write_norms() -> str:
    """Return the page of norms (Markdown) of all rules."""
    return norms_page(RULES)
