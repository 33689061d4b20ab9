"""Esmero keeps a company's word with each of its customers."""
