"""
Anchoring: drives every queued write to the chain until it is final.

Batches, status changes, accreditations and deployments take the same road. `outbox.decide` says
which step comes next; this package looks, signs, sends and stores:

    worker       one round: identity, lease, then each write in the order it was queued
    observe      what is read from the chain before a step is decided
    taker        one step: what is stored, and what leaves, in which order
    identity     the chain that is meant
    lease        one writer per key and chain
    until_final  waiting for given writes, for a person at the command line
    watch        driving for ever, for a server
    final_watch  whether what was called final still stands
    resume       taking up what halted
    progress     what a round did
    pace         when to look again

Source: DESIGN section 6.
"""

from attestree.anchoring.identity import verify_identity
from attestree.anchoring.pace import Pace
from attestree.anchoring.progress import Event, Progress
from attestree.anchoring.resume import believe_again, resume_intent
from attestree.anchoring.watch import watch
from attestree.anchoring.worker import Worker

__all__ = [
    "Event",
    "Pace",
    "Progress",
    "Worker",
    "believe_again",
    "resume_intent",
    "verify_identity",
    "watch",
]
