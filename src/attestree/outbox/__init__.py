"""
The outbox: how a write reaches the chain exactly once.

Pure: states, transitions, attempts, the fee rule and the decision what to do next. It reads no
clock, no chain and no database; `anchoring` drives it. Source: DESIGN section 6.
"""
