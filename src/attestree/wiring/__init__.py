"""
The one place where implementations are chosen: settings in, working objects out.

One module a concern, each loaded only by those who need it: verifying a file opens no database. They
decide which adapter stands behind which port and nothing else: no rule of the domain, no word on
screen. Source: DESIGN section 3.
"""
