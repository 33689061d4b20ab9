"""Content security policies of what is shown in a frame."""

from collections.abc import Mapping
from typing import Any

from django.utils.csp import CSP

# A letter in its frame may bring its own style and our pictures, and nothing else: no script, no request to anybody.
LETTER_CSP: Mapping[str, Any] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "frame-ancestors": [CSP.SELF],
    "sandbox": True,
}
# A letter beside its text in the console: nothing runs in it, and the page may read how high it is.
PREVIEW_CSP: Mapping[str, Any] = {**LETTER_CSP, "sandbox": ["allow-same-origin"]}
