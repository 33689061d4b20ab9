"""Serve and take files: the one way out of the vault, and the one way in."""
