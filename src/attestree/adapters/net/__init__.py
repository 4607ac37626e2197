"""
The network beyond the chain: fetched only where a person asked for it by name.

Nothing here is ever reached by way of a credential. Source: DESIGN section 7.
"""
