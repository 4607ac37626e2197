"""
Joining two trust files: what was believed before, and what is to be believed from now on too.

Decides that nothing already believed is changed in silence. Whether the second file deserves it is
decided by the person who gives its SHA-256. Source: DESIGN section 7.
"""

from __future__ import annotations

from attestree.errors import TrustFileError
from attestree.verifying.trust import Trust, format_trust, parse_trust


def unite_trust(own: Trust, other: Trust) -> Trust:
    """
    Return `own` with the networks and accreditors of `other` behind its own.

    Raises:
        TrustFileError: `trust.conflict`, where both describe one registry differently.
    """
    networks = list(own.networks)
    for network in other.networks:
        known = own.find_network(chain_id=network.chain_id, registry=network.registry)
        if known is None:
            networks.append(network)
        elif known != network:
            raise TrustFileError("trust.conflict", registry=f"0x{network.registry.hex()}")
    new = [item for item in other.accreditors if own.find_accreditor(item.address) is None]
    joined = Trust(own.name, tuple(networks), (*own.accreditors, *new), own.sha256)
    # Reading what will be written gives the SHA-256 of the new file, and proves that it can be read.
    return parse_trust(format_trust(joined).encode())
