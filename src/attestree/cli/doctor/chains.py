"""
The doctor at a registry's chain: every node alone, all of them together, finality and this machine's clock.

Decides what is too old, in words; whether nodes agree and whether the chain is the pinned one is decided by
the adapters that would refuse it. Source: DESIGN sections 7 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from urllib.parse import urlsplit

from attestree.cli.console import many
from attestree.cli.doctor.answer import Answer, asked, bad, failed, good
from attestree.errors import AttestreeError
from attestree.ports import Clock
from attestree.registry.facts import View
from attestree.registry.finality import DEV_CHAIN_IDS, FinalityRule, parse_finality
from attestree.settings import RegistrySettings
from attestree.wiring.chains import wire_facts

CLOCK_SKEW_SECONDS = 120
"""How far this machine's clock may be from the newest block."""

FINAL_AGE_SECONDS = 3_600
"""How far the newest final block may be behind the newest one, where the chain itself says what is final."""


def examine_chain(registry: RegistrySettings, clock: Clock) -> Iterator[Answer]:
    """Yield an answer for each node where there are several, for the chain, and for the clock."""
    topic = f"chain {registry.name}"
    if len(registry.rpc) > 1:
        for url in registry.rpc:
            alone = registry.model_copy(update={"rpc": (url,)})
            host = urlsplit(url).netloc.rpartition("@")[2]
            yield asked(f"node {host}", partial(_stand, alone, clock))
    try:
        view = wire_facts(registry, clock=clock).fetch_view()
    except AttestreeError as error:
        yield failed(topic, error)
        return
    words = f"as pinned, block {view.latest.number}, final {view.final.number}"
    behind = view.latest.time - view.final.time
    if _is_steady(registry) and behind > FINAL_AGE_SECONDS:
        following = "Wait; if it lasts, compare with another node: nothing becomes FINAL meanwhile."
        yield bad(topic, f"{words}: finality is {behind // 60} minutes behind", following)
    elif view.sources == 1 and registry.chain_id not in DEV_CHAIN_IDS:
        advice = "Add a node of another provider to `rpc` in attestree.toml: then one of them may lie."
        yield good(topic, f"{words}; one provider only", advice)
    else:
        yield good(topic, f"{words}, {many(len(registry.rpc), 'node')}")
    yield _clock(registry, view, clock)


def _stand(registry: RegistrySettings, clock: Clock) -> str:
    """Return where one node stands."""
    view = wire_facts(registry, clock=clock).fetch_view()
    return f"as pinned, block {view.latest.number}, {max(0, clock.now() - view.latest.time)} s old"


def _clock(registry: RegistrySettings, view: View, clock: Clock) -> Answer:
    """Return how this machine's clock compares with the newest block of all nodes."""
    topic, ahead = f"clock {registry.name}", clock.now() - view.latest.time
    following = "Set the clock of this machine: timedatectl set-ntp true"
    if -ahead > CLOCK_SKEW_SECONDS:
        return bad(topic, f"this machine's clock is {-ahead} s behind the chain", following)
    if _is_steady(registry) and ahead > CLOCK_SKEW_SECONDS:
        words = (
            f"this machine's clock is {ahead} s ahead of the newest block of {many(view.sources, 'provider')}"
        )
        return bad(topic, words, f"{following}; if it is right, the chain or its nodes stand still.")
    return good(topic, "within two minutes of the chain" if ahead <= CLOCK_SKEW_SECONDS else "not behind it")


def _is_steady(registry: RegistrySettings) -> bool:
    """Say whether the chain makes blocks without a pause and says itself what is final."""
    finalized = parse_finality(registry.finality).rule is FinalityRule.FINALIZED
    return finalized and registry.chain_id not in DEV_CHAIN_IDS
