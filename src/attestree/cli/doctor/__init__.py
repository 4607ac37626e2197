"""
`attestree doctor`: looks at everything a command needs, and says what is missing.

    command  the flags, the order of the questions, what is printed
    answer   one question and its answer
    machine  this computer: programs, disks, the alarm's program
    chains   each registry's chain: nodes, finality, clock
    keys     each key: rights, whether it opens, its money
    queue    the store: tables, writes, lanes, leases, batch folders

Each question is answered by the part that would fail; it changes nothing. Source: DESIGN sections 9 and 13.
"""

from attestree.cli.doctor.command import register

__all__ = ["register"]
