"""Define the content security policies of framed content."""

from collections.abc import Mapping
from typing import Any

from django.utils.csp import CSP

# A framed letter may use its own styles and our pictures only: no scripts, no requests to other origins.
LETTER_CSP: Mapping[str, Any] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "frame-ancestors": [CSP.SELF],
    "sandbox": True,
}
# The console's preview: no scripts; same origin, so that the page can read the frame's height.
PREVIEW_CSP: Mapping[str, Any] = {**LETTER_CSP, "sandbox": ["allow-same-origin"]}
