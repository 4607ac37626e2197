"""
Implementations of the ports: chains, stores, files, keys, networks.

One package a technology. They know the ports and the pure floors below, never one another's use cases;
which of them is used is decided in `wiring` alone. Source: DESIGN section 3.
"""
