"""May this go to this person now? Values in, a verdict out: no database, no network, no clock.

`case` holds the facts, `rules/` one norm a file, `gate` asks them all, `verdict` is the answer, `norms` prints the rules.
"""
