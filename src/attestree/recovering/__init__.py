"""
Recovering: a copy while work goes on, and the way back from one, or from nothing but the chain.

    manifest   what a backup says of itself
    backup     what goes into a backup, and in which order

Nothing here signs, sends or asks a node to change anything. Source: DESIGN sections 6 and 9.
"""
