"""
A verifier for many credentials in one run, over one view of each registry.

Decides how long such a view is used, and that only registries of the trust file are read ahead.
Source: DESIGN sections 3 and 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from attestree.adapters.evm.pinned_facts import RENEW_SECONDS, PinnedFacts
from attestree.credentials.anchor_proof import AnchorProof
from attestree.ports import Clock
from attestree.registry.facts import FactsQuery
from attestree.settings import Settings
from attestree.verifying.verifier import RegistryKey, Verifier
from attestree.wiring.verifiers import build_verifier, read_trust, trusted_sources


@dataclass(frozen=True, slots=True)
class VerifyingRun:
    """One run over many credentials; for one thread."""

    verifier: Verifier
    """Judges each."""
    facts: Mapping[RegistryKey, PinnedFacts]
    """What it asks, by registry."""

    def read_ahead(self, proofs: Iterable[AnchorProof]) -> None:
        """Read in a few requests what will be asked about these anchors; what fails here, fails there."""
        asked: dict[RegistryKey, list[FactsQuery]] = {}
        for proof in proofs:
            header = proof.header
            query = FactsQuery(header.issuer, proof.root, header.list_id, proof.index)
            asked.setdefault((header.chain_id, header.registry), []).append(query)
        for key, queries in asked.items():
            if key in self.facts:
                self.facts[key].prefetch(queries)


def wire_run(
    settings: Settings, *, clock: Clock, trust_path: Path | None = None, rpc: Sequence[str] = ()
) -> VerifyingRun:
    """Return a run; takes what `wire_verifier` takes."""
    trust = read_trust(trust_path or settings.path(settings.trust))
    renew = min(RENEW_SECONDS, settings.view_age_limit_seconds // 2)
    facts = {
        key: PinnedFacts(sources, clock=clock, renew_seconds=renew)
        for key, sources in trusted_sources(trust, settings, rpc=rpc).items()
    }
    return VerifyingRun(build_verifier(settings, trust, facts, clock), facts)
