"""
Auditing: replay the chain, compare it with storage and with archives, and say what follows and what does not.

Needs no store and no key, and asks nobody but the chain. Source: DESIGN section 8.
"""
