"""Pass `fold` on to modules that still import it from here; it lives in search/text_folding.py."""

from esmero.search.text_folding import fold

__all__ = ["fold"]
