"""
`attestree recover`: brings the database up to what the chain and the batch folders know.

Decides flags, words, and who is kept out meanwhile; what is done is decided in `recovering`. A dry run
unless `--yes`. Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from attestree.adapters.sql.store import SqlStore
from attestree.anchoring.lease import Leases, build_lease_key, name_owner
from attestree.cli.console import REJECT, Context, many
from attestree.cli.delivery import deliver_ready
from attestree.credentials.dates import format_timestamp
from attestree.recovering.plan import Missing, RegistryPlan
from attestree.recovering.recovery import Done
from attestree.settings import Settings
from attestree.text.catalogue import explain, explain_error
from attestree.wiring.recovery import our_addresses, wire_recovery
from attestree.wiring.stores import wire_store
from attestree.wiring.system import SystemClock

NOTHING = "Nothing is missing: the database knows all that your keys recorded."
"""What is said where there is nothing to recover."""


def register(app: typer.Typer) -> None:
    """Add `recover` to the program."""
    app.command(rich_help_panel="Operate")(recover)


def recover(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without this, nothing is changed.")] = False,
    accept_missing: Annotated[
        bool,
        typer.Option("--accept-missing", help="Go on without the documents of batches that are not here."),
    ] = False,
) -> None:
    """Bring the database up to the chain and the batch folders, after a restore or a loss."""
    context: Context = ctx.obj
    settings = context.settings()
    with wire_store(settings) as store:
        recovery = wire_recovery(settings, store)
        leases = Leases(store, SystemClock(), owner=name_owner(now=SystemClock().now()))
        try:
            if yes:
                _keep_others_out(settings, leases)
            plans = recovery.plan()
            if not yes:
                context.console.result(_text_of_plans(plans), _json_of_plans(plans))
                raise typer.Exit(REJECT if any(plans) else 0)
            done = recovery.run(plans, accept_missing=accept_missing, on_progress=context.console.progress)
            _close_open_batches(store)
        finally:
            leases.drop_all()
        deliver_ready(settings, store, context.console)
        waiting = _count_waiting(store)
    left = [missing for plan in plans for missing in plan.missing] if done.left else []
    lines = _lines_of_done(done, left, waiting=waiting) if any(plans) else [NOTHING, _next_line(waiting)]
    context.console.result("\n".join(lines), _json_of_done(done, left, waiting=waiting))
    raise typer.Exit(REJECT if done.left else 0)


def _keep_others_out(settings: Settings, leases: Leases) -> None:
    """Take the leases of all our keys: nobody signs while it is found out what was signed."""
    for registry in settings.registry:
        for address in our_addresses(settings, registry):
            leases.take(build_lease_key(chain_id=registry.chain_id, address=address))


def _close_open_batches(store: SqlStore) -> None:
    """Let nobody join a batch any more whose last members may be forgotten: their numbers are taken."""
    for opened in store.fetch_open_batches():
        store.close_open_batch(opened.batch_id, now=SystemClock().now())


def _count_waiting(store: SqlStore) -> int:
    """Return how many writes wait for `attestree anchor`."""
    return sum(intent.state.value not in ("final", "halted") for intent in store.fetch_intents())


def _text_of_plans(plans: Sequence[RegistryPlan]) -> str:
    """Say what would be done."""
    lines = [line for plan in plans for line in _lines_of_plan(plan)]
    if not lines:
        return NOTHING
    return "\n".join([*lines, "NOTHING WAS CHANGED. Go: the same command with --yes"])


def _lines_of_plan(plan: RegistryPlan) -> Iterator[str]:
    for entry in plan.entries:
        batch = entry.found.batch
        if entry.anchor is not None:
            what = f"recorded {format_timestamp(entry.anchor.anchor.time)}, would be entered"
        else:
            what = "handed out and not recorded, would be entered and recorded"
        yield f"batch {batch.id}  {many(batch.size or 0, 'credential')}: {batch.title}; {what}"
    yield from _lines_of_missing(plan.missing)
    for folder in plan.aside:
        described = folder.described
        yield (
            f"batch {described.id}  {many(described.size, 'credential')}: {described.title}; held and never "
            "recorded, would be set aside: issue its roster again"
        )
    for folder, fault in plan.damaged:
        said = explain_error(fault).sentence
        yield f"batch {folder.described.id}  handed out, not recorded, damaged: {said}"
    for intent, _ in plan.waiting:
        yield f"{intent.wanted.title}: waits here and is recorded; would be entered as recorded"
    if plan.changes:
        yield f"{many(len(plan.changes), 'change')} of status would be entered"
    for intent in plan.doubtful:
        yield f"{intent.wanted.title}: {explain('recover.may_be_done', {}).sentence}"
    for key, count in plan.lanes.items():
        yield f"key 0x{key.hex()}  sent {many(count, 'transaction')}; would go on behind them"


def _lines_of_missing(missing: Sequence[Missing]) -> Iterator[str]:
    for one in missing:
        anchor = one.recorded.anchor
        why = "no documents here" if one.fault is None else explain_error(one.fault).sentence
        recorded = f"recorded {format_timestamp(anchor.time)}"
        yield (
            f"MISSING  0x{anchor.root.hex()}  {many(anchor.size, 'credential')}, {recorded}, "
            f"by 0x{one.recorded.writer.hex()}: {why}"
        )


def _lines_of_done(done: Done, left: Sequence[Missing], *, waiting: int) -> Iterator[str]:
    """Say what was done, what was not, and what to do next."""
    if done.batches or done.changes:
        entered = f"{many(done.batches, 'batch', 'batches')} ({many(done.credentials, 'credential')})"
        yield f"Entered: {entered}, {many(done.changes, 'change')} of status"
    if done.queued:
        yield f"{many(done.queued, 'batch', 'batches')} handed out before it was recorded: queued again"
    if done.aside:
        yield f"{many(done.aside, 'folder')} set aside: issue their rosters again"
    for title in done.given_up:
        said = explain("recover.may_be_done", {})
        yield f"{title}: {said.sentence} {said.next}"
    if done.without_record:
        yield (
            f"Rosters unknown of {', '.join(done.without_record)}: run again with --on-duplicate replace, "
            "they would replace what they replaced before"
        )
    if done.accepted:
        accepted = many(done.accepted, "batch", "batches")
        yield f"{accepted} accepted without documents; who is in them is not known"
    if left:
        yield from _lines_of_missing(left)
        said = explain("recover.missing", {"count": len(left)})
        yield f"{said.sentence} Nothing is signed until they are here, or given up."
        yield f"  next  {said.next}"
        return
    yield "What was asked for and never recorded is not known any more: ask for it again."
    yield _next_line(waiting)


def _next_line(waiting: int) -> str:
    """Say what to run next."""
    return (
        f"{many(waiting, 'write')} to be recorded: attestree anchor" if waiting else "Check: attestree fsck"
    )


def _json_of_plans(plans: Sequence[RegistryPlan]) -> dict[str, object]:
    return {
        "changed": False,
        "registries": [
            {
                "name": plan.name,
                "batches": [entry.found.batch.id for entry in plan.entries],
                "missing": [_json_of_missing(one) for one in plan.missing],
                "aside": [folder.described.id for folder in plan.aside],
                "damaged": [folder.described.id for folder, _ in plan.damaged],
                "waiting": [intent.wanted.id for intent, _ in plan.waiting],
                "changes": len(plan.changes),
                "doubtful": [intent.wanted.id for intent in plan.doubtful],
                "nonces": {f"0x{key.hex()}": count for key, count in plan.lanes.items()},
            }
            for plan in plans
        ],
    }


def _json_of_done(done: Done, left: Sequence[Missing], *, waiting: int) -> dict[str, object]:
    return {
        "changed": True,
        "batches": done.batches,
        "credentials": done.credentials,
        "queued": done.queued,
        "changes": done.changes,
        "givenUp": done.given_up,
        "aside": done.aside,
        "accepted": done.accepted,
        "withoutRecord": done.without_record,
        "missing": [_json_of_missing(one) for one in left],
        "waiting": waiting,
    }


def _json_of_missing(one: Missing) -> dict[str, object]:
    anchor = one.recorded.anchor
    return {
        "issuer": f"0x{one.recorded.issuer.hex()}",
        "root": f"0x{anchor.root.hex()}",
        "size": anchor.size,
        "recorded": anchor.time,
        "writer": f"0x{one.recorded.writer.hex()}",
        "fault": None if one.fault is None else one.fault.code,
    }
