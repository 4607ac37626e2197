"""
`attestree registry rerecord`: a test chain was wiped on purpose, and everything is to be recorded again.

Decides what is said, that nothing is done without `--yes`, and how pins are replaced in settings and trust
file, where every other line stays as it is. What can be saved is decided in `wiring.rerecording`.
Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import typer

from attestree.adapters.files.atomic import write_whole
from attestree.adapters.sql.store import SqlStore
from attestree.cli.console import REJECT, Context, many
from attestree.cli.password import ask_password
from attestree.cli.settings_file import replace_in_table
from attestree.cli.start_steps import Money
from attestree.cli.telling import Teller
from attestree.errors import RefusedError, SettingsError
from attestree.outbox.states import State
from attestree.ports import Intent
from attestree.registry.facts import ChainIdentity
from attestree.settings import FILE_NAME, RegistrySettings, Settings, load_settings
from attestree.text.catalogue import explain_error
from attestree.wiring.chains import identity_of
from attestree.wiring.rerecording import Rerecording, plan_rerecording, start_again
from attestree.wiring.stores import wire_store
from attestree.wiring.workers import wire_signers, wire_worker

NOUNS = {
    "anchor": ("batch", "batches"),
    "status": ("status change", "status changes"),
    "accreditation": ("accreditation act", "accreditation acts"),
    "operator": ("act of an institution", "acts of institutions"),
    "registry": ("act of the registry", "acts of the registry"),
}
"""How writes are counted for people, by kind."""


def record_again(context: Context, settings: Settings, registry: RegistrySettings, *, yes: bool) -> None:
    """Say what would be done, and do it where `yes`."""
    path = context.settings_path or settings.folder / FILE_NAME
    with wire_store(settings) as store:
        plan = plan_rerecording(settings, registry, store)
        _tell(context, registry, plan)
        if not yes:
            context.console.result(
                "Nothing was done. Run again with --yes to do it.", _fields(registry, plan, done=False)
            )
            return
        purse = Money(registry.rpc[0])
        for signer in wire_signers(settings, registry):
            purse.give(signer.address)
        identity = start_again(settings, registry, store, plan, ask=ask_password)
        settings = _write_pins(path, settings, registry, identity)
        context.console.progress("settings     have the new pins, and so has the trust file")
        refusal = _drive(context, settings, registry.name, store, plan.here)
        left = [one for one in _again(store, plan.here) if one.state is not State.FINAL]
    _show(context, registry, plan, left, refusal)
    if refusal is not None:
        raise typer.Exit(REJECT)


def _tell(context: Context, registry: RegistrySettings, plan: Rerecording) -> None:
    """Say what there is to do."""
    say = context.console.progress
    say(f"chain        of {registry.name} was wiped: what was recorded on it is gone")
    stands = "stands already" if plan.is_deployed else "is deployed again, and comes to stand"
    say(f"registry     {stands} at {registry.address}: the credentials stay as they are")
    say(f"again        {_count(plan.here)}; each of them is dated anew")
    if plan.elsewhere:
        say(f"elsewhere    {_count(plan.elsewhere)} by keys that are not here: run it there too")
    say("verifiers    need the new trust file: the first block of the chain stands in it")


def _count(writes: Sequence[Intent]) -> str:
    """Return how many writes of each kind there are."""
    counts = Counter(one.wanted.kind for one in writes)
    return ", ".join(many(count, *NOUNS.get(kind, (kind,))) for kind, count in counts.items()) or "nothing"


def _drive(
    context: Context, settings: Settings, name: str, store: SqlStore, writes: Sequence[Intent]
) -> RefusedError | None:
    """Record as much as can be recorded, and return what stood in the way of the rest."""
    teller = Teller(context.console.progress)
    with wire_worker(settings, settings.find_registry(name), store, ask=ask_password) as worker:
        try:
            names = [one.wanted.id for one in writes]
            # A batch is refused until its institution stands again; what stays refused is told at the end.
            worker.drive_until_final(names, teller.tell_but_refusals, on_silence=teller.tell_patience)
        except RefusedError as error:
            return error
    return None


def _again(store: SqlStore, writes: Sequence[Intent]) -> list[Intent]:
    """Return writes as they stand now."""
    found = [store.fetch_intent(one.wanted.id) for one in writes]
    return [one for one in found if one is not None]


def _show(
    context: Context,
    registry: RegistrySettings,
    plan: Rerecording,
    left: Sequence[Intent],
    refusal: RefusedError | None,
) -> None:
    """Print what came of it."""
    fields = {**_fields(registry, plan, done=True), "left": [one.wanted.id for one in left]}
    lines = [f"Recorded again: {len(plan.here) - len(left)} of {many(len(plan.here), 'write')}."]
    lines += [f"not recorded             {one.wanted.title} [{one.wanted.id}]" for one in left]
    if refusal is not None:
        said = explain_error(refusal)
        lines += [said.sentence, said.cause] if said.cause else [said.sentence]
        lines.append("`attestree anchor` tries again; `attestree anchor --drop ID` withdraws one.")
        fields["error"] = refusal.code
    context.console.result("\n".join(lines), fields)


def _fields(registry: RegistrySettings, plan: Rerecording, *, done: bool) -> dict[str, object]:
    """Return the plan for programs."""
    return {
        "registry": registry.name,
        "address": registry.address,
        "deployed": plan.is_deployed,
        "writes": [one.wanted.id for one in plan.here],
        "elsewhere": [one.wanted.id for one in plan.elsewhere],
        "done": done,
    }


def _write_pins(
    path: Path, settings: Settings, registry: RegistrySettings, identity: ChainIdentity
) -> Settings:
    """Replace the pins of a registry in the trust file and in the settings, and read these again."""
    shared: dict[str, str | int] = {
        "genesis_hash": f"0x{identity.genesis_hash.hex()}",
        "deploy_block": identity.deploy_block,
    }
    trust = settings.path(settings.trust)
    if trust.is_file():
        network = {"registry": registry.address, "chain_id": registry.chain_id}
        text = trust.read_text(encoding="utf-8")
        write_whole(trust, replace_in_table(text, "network", of=network, values=shared).encode())
    pins = {**shared, "deploy_block_hash": f"0x{identity.deploy_block_hash.hex()}"}
    text = path.read_text(encoding="utf-8")
    write_whole(path, replace_in_table(text, "registry", of={"name": registry.name}, values=pins).encode())
    written = load_settings(path)
    if identity_of(written.find_registry(registry.name)) != identity:
        raise SettingsError("config.pins_not_written", file=path.name, registry=registry.name)
    return written
