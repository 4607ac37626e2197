"""What is said when the processes or machines that make a batch are not there."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "engine.unknown": Entry(
        "There is no such engine.",
        cause="`--engine` takes `local` (all cores of this machine), `alone` (one process) or "
        "`dask://HOST:PORT`.",
        next="Name one of them; without `--engine` all cores of this machine are used.",
    ),
    "engine.no_scheduler": Entry(
        "The Dask scheduler could not be reached ({protocol}).",
        cause="It is not running there, a firewall is between, or it does not take TLS: names and keys leave "
        "this machine only encrypted.",
        next="Start it with TLS and set distributed.comm.tls on both sides, or run again with "
        "`--engine local`. Nothing was recorded.",
    ),
    "engine.no_workers": Entry(
        "The Dask cluster has no workers.",
        cause="The scheduler answers, and nobody works for it.",
        next="Start workers (`dask worker`), then run the same command again. Nothing was recorded.",
    ),
    "engine.other_version": Entry(
        "A Dask worker has another version of Attestree than {version}, or none.",
        cause="All of them must write the same bytes.",
        next="Install attestree {version} on every worker, then run the same command again. Nothing was "
        "recorded.",
    ),
    "engine.workers_lost": Entry(
        "The processes that make the credentials ended {times} times in a row.",
        cause="Something kills them; most often there is too little memory.",
        next="Run the same command again, it goes on with the same credentials; `--engine alone` needs the "
        "least memory. Nothing was recorded.",
    ),
}
"""Code -> what is said."""
