"""Describe the lists of the product as values: columns, order, search, filters; read them page by page."""
