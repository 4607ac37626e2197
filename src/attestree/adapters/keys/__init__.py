"""
Keys in files and in the environment.

Private keys never leave this package: what others get is a signer. Source: DESIGN section 11.
"""
