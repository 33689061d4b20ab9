"""Keep the legal entities behind the brands: their identifiers, bank details and series of numbers."""
