"""Decide whether a message may go to a person now. Pure values in and out: no database, no network, no clock.

`case` holds the facts, `rules/` one norm a file, `gate` applies all rules, `verdict` is the result, `norms` documents
the rules.
"""
