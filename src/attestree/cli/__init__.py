"""
The command line: reads arguments, calls one use case, prints what it returns.

Decides words on screen and exit codes only. Source: DESIGN section 9.
"""
