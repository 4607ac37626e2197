"""
The story in order: issuers, batches, changes, a theft, forgeries; then every file is judged.

    (1) A chain is there.          (4) Some of it is taken back, one key is stolen and disowned.
    (2) Issuers are set up.        (5) Forgers try.
    (3) They issue.                (6) Every file is judged; (7) the public record is audited.

Decides the order only; what happens in each scene stands in `scenes`. Source: DESIGN section 13.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attestree.adapters.evm.dev_chain import DevChain
from attestree.cli.start_steps import set_up_test_network
from attestree.demo import scenes
from attestree.demo.accounting import audit, format_audit, is_as_told
from attestree.demo.cast import ISSUERS
from attestree.demo.judging import judge_all, write_verdicts
from attestree.demo.scenes import Case
from attestree.demo.stage import Stage
from attestree.demo.transcript import Transcript, format_batches, format_verdicts
from attestree.settings import Settings


def set_up(folder: Path, chain: DevChain, public_url: str, told: Transcript) -> Settings:
    """Set the issuers up, (1) and (2)."""
    settings = set_up_test_network(
        folder, rpc=chain.url, public_url=public_url, issuers=ISSUERS, say=lambda _step: None
    )
    lasts = "\nThis chain lives in this process and ends with it." if chain.ends_with_process else ""
    registry = settings.registry[0].address
    told.step("local chain", f"{chain.chain_id} at {chain.url} ({chain.kind}), registry {registry}{lasts}")
    accredited = ", ".join(plan.title for plan in ISSUERS if plan.accredited)
    others = ", ".join(plan.title for plan in ISSUERS if not plan.accredited)
    told.step("issuers", f"{accredited} (accredited); {others} (not)")
    return settings


def play(stage: Stage, told: Transcript) -> Sequence[Case]:
    """Play scenes (3) to (5) and return the files to be judged."""
    kept = scenes.Collection(stage)
    batches = scenes.issue_batches(stage, kept)
    told.step("issue", format_batches(batches))
    scenes.change_status(stage, batches, kept)
    scenes.misuse_stolen_key(stage, kept)
    scenes.issue_unvouched(stage, kept)
    told.step("change", "2 revoked, 1 suspended, 1 superseded by a corrected one, 1 stolen key disavowed")
    scenes.forge(stage, batches, kept, say=lambda _step: None)
    told.step("forge", "a better grade, a borrowed proof, a recomputed root, no proof, a look-alike registry")
    return kept.cases


def examine(settings: Settings, cases: Sequence[Case], told: Transcript, *, url: str) -> bool:
    """Have every file judged by the service at `url`, audit, and say whether all is as it should be."""
    judged = judge_all(settings.folder, cases, url=url)
    write_verdicts(settings.folder, judged)
    right = sum(item.right for item in judged)
    told.step("verify", f"{right} of {len(judged)} verdicts as expected, by POST /v1/verify")
    report = audit(settings)
    told.step("audit", format_audit(report))
    told.console.result(format_verdicts(judged))
    return right == len(judged) and is_as_told(report)
