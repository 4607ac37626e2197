"""
The network beyond the chain.

`download` fetches what a person asked for by name. `guarded_http` and `did_web` go where a credential
points, and only where somebody allowed that. Source: DESIGN section 7.
"""
