"""
Check: does the verifier trust the registry that the credential points to?

Decides by the trust file alone; a registry that is not in it is never looked up, so a credential
cannot make us ask anybody. Source: DESIGN section 7.
"""

from __future__ import annotations

from attestree.credentials.anchor_proof import AnchorHeader
from attestree.verifying.result import CheckId, CheckResult, Notice, failed, passed
from attestree.verifying.trust import NetworkKind, Trust


def check_registry(header: AnchorHeader, trust: Trust) -> CheckResult:
    """Check that the trust file names this registry on this chain; a test network warns."""
    network = trust.find_network(chain_id=header.chain_id, registry=header.registry)
    if network is None:
        return failed(CheckId.REGISTRY, "registry.not_in_trust")
    notices = (Notice("registry.test_network"),) if network.kind is NetworkKind.TEST else ()
    return passed(CheckId.REGISTRY, "registry.trusted", notices=notices)
