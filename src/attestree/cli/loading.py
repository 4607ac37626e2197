"""
Loading modules, without the collector of garbage looking through them again and again.

Decides nothing else: what is loaded stays as long as the process, and looking through it is a good part of
the time that loading takes. Source: the documentation of `gc.freeze`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load what the block loads; afterwards it is collected no more, as long as the process lives."""
    gc.disable()
    try:
        yield
    finally:
        loaded()


def loaded() -> None:
    """Collect garbage from now on, but not in what is there; nothing changes where that is done already."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
