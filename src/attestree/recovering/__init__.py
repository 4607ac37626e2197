"""
Recovering: a copy while work goes on, and the way back from one, or from nothing but the chain.

    manifest        what a backup says of itself
    backup          what goes into a backup, and in which order
    chronicle       what the chain holds in our issuers' names, proven complete
    unknown         what of it the store does not know
    gate            nothing is signed while there is any
    described       what a batch folder says of itself
    found_batches   a batch put together again from its folder
    plan            what recovering would do
    entering        what it enters, to the letter of what was lost
    recovery        doing it, so that a killed run is gone on with

Nothing here signs, sends or asks a node to change anything. Source: DESIGN sections 6 and 9.
"""
