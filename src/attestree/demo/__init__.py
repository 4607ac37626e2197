"""
The demonstration: one story with issuers, thieves and forgers, on a local chain, judged at the end.

It uses what every user has (`cli`, `wiring`) and knows no short cut. Source: DESIGN sections 9 and 13.
"""
