"""
The public suites, how each is to be asked, and what is known about it.

A run is one suite with one set of tags and one key: the suites themselves pick their tests by tag.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NAME = "Attestree"
"""What the suites call us in their titles."""

STALE_DIGESTS = "The value of the relatedResource property MUST be one or more objects of the following form:"
"""The one test of VCDM 2.0 that nobody can pass who ships the Recommendation's own context file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One suite, asked in one way."""

    name: str
    """As it stands in the table of results."""
    folder: str
    """Name of the local copy, which is that of the repository."""
    commit: str
    """Commit of the suite that the published figures belong to."""
    tag: str
    """Tag by which the suite picks its tests."""
    instance: str
    """Path of the instance that is asked, `<cryptosuite>/<kind of key>`."""
    passing: int
    """Tests that must pass."""
    kinds: tuple[str, ...] = ()
    """ECDSA only: kinds of key that the suite is told of, the issuer's first."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the suite sends along to the issuer."""
    scheme: str = "https"
    """Of VCDM 2.0 only, http: over https it looks for the answer in another place."""
    exceptions: tuple[str, ...] = ()
    """Titles of the tests that are known to fail, each with its reason in docs/conformance.md."""

    def config(self, base: str, issuer: str) -> dict[str, Any]:
        """Return what goes into the suite's `localConfig.cjs`."""
        shared = {"tags": [self.tag], "supports": {"vc": ["1.1", "2.0"]}, "options": dict(self.options)}
        if self.kinds:
            shared["supportedEcdsaKeyTypes"] = list(self.kinds)
        where = f"{base}/{self.instance}"
        endpoints = {
            "issuers": f"{where}/credentials/issue",
            "verifiers": f"{where}/credentials/verify",
            "vpVerifiers": f"{where}/presentations/verify",
        }
        lists = {name: [{"id": issuer, "endpoint": address, **shared}] for name, address in endpoints.items()}
        return {
            "settings": {"enableInteropTests": False, "testAllImplementations": False},
            "implementations": [{"name": NAME, "implementation": NAME, **lists}],
        }


VCDM = {
    "folder": "vc-data-model-2.0-test-suite",
    "commit": "6e075243825f50c79017de4a27089d329c093d0f",
}
EDDSA = {"folder": "vc-di-eddsa-test-suite", "commit": "a62061b23892deb44dbad67a0315d403fdf09440"}
ECDSA = {"folder": "vc-di-ecdsa-test-suite", "commit": "070efa34139e0918eb6ca86ab59033322803af3e"}
STATUS = {
    "folder": "vc-bitstring-status-list-test-suite",
    "commit": "5cdc5625948470d1f3b8b615e0771c013dc9029e",
}

RUNS = (
    Run(
        name="VCDM 2.0",
        **VCDM,
        tag="vc2.0",
        instance="eddsa-rdfc-2022/Ed25519",
        passing=58,
        scheme="http",
        exceptions=(STALE_DIGESTS,),
    ),
    Run(
        name="EdDSA, rdfc-2022",
        **EDDSA,
        tag="eddsa-rdfc-2022",
        instance="eddsa-rdfc-2022/Ed25519",
        passing=44,
    ),
    Run(
        name="EdDSA, jcs-2022",
        **EDDSA,
        tag="eddsa-jcs-2022",
        instance="eddsa-jcs-2022/Ed25519",
        passing=13,
    ),
    *(
        Run(
            name=f"ECDSA, {tag.removeprefix('ecdsa-')}, {kinds[0]}",
            **ECDSA,
            tag=tag,
            instance=f"{tag}/{kinds[0]}",
            passing=passing,
            kinds=kinds,
        )
        for tag, passing in (("ecdsa-rdfc-2019", 67), ("ecdsa-jcs-2019", 16))
        for kinds in (("P-256", "P-384"), ("P-384", "P-256"))
    ),
    Run(
        name="Bitstring Status List",
        **STATUS,
        tag="BitstringStatusList",
        instance="eddsa-rdfc-2022/Ed25519",
        passing=19,
        options={"credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}},
    ),
)
"""Every run, in the order of the table."""
