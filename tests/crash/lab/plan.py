"""What one process of the lab has to do, and when it has to die; crosses to it by pickling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Death:
    """Where a process kills itself with SIGKILL; with neither, it dies when somebody else says so."""

    point: str | None = None
    """At this named point,"""
    occurrence: int = 1
    """the so-manieth time that it is reached,"""
    step: int | None = None
    """or at the so-manieth point of any name."""


@dataclass(frozen=True)
class Faults:
    """How the network between a process and its node behaves."""

    rate: float = 0.0
    """Share of requests that fail."""
    seed: int = 0
    """Of the choice which."""
    only: tuple[int, str] | None = None
    """Instead: exactly this request, counted from 1, in this way."""


@dataclass(frozen=True)
class Failure:
    """One call of the machine or the store that ends in an error, in a process that lives on."""

    call: int
    """The so-manieth, from 1."""
    way: str
    """`before` it did anything, `after` it did it, `hang` (a time-out), `garbage` (done by half)."""


@dataclass(frozen=True)
class Plan:
    """All that a process needs."""

    task: str
    """Name of a function in `tasks`."""
    given: Mapping[str, object]
    """Its arguments."""
    start: int = 0
    """What its clock says first; far ahead from process to process, so that leases run out."""
    death: Death = Death()
    """When it dies by itself."""
    sleeps: bool = False
    """Instead of dying it stops there, once, until somebody lets it go on."""
    faults: Faults = Faults()
    """How the network behaves."""
    failure: Failure | None = None
    """What the machine or the store refuses."""
    folder: str = ""
    """Writes below it are crash points; empty = none are."""
    trace: str = ""
    """File that gets the name of each point as it is passed; empty = only the last one before death."""
    told: str = ""
    """File that gets the name of the point of death."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables to set."""
