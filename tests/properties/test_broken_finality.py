"""
Property: a chain may take back what was final; one round later nothing is called FINAL that is not there.

The machine of `test_outbox`, and a chain that now and then rewrites blocks deeper than the final one. The
next round must stop what vanished before anything else is signed. A person then believes the chain as it
stands and takes everything up again, and in the end every write took effect once.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from attestree.anchoring import believe_again, resume_intent
from attestree.errors import ChainIdentityError, ChainUnavailableError, LeaseHeldError
from attestree.outbox.states import State
from tests.fakes.writes import slot_of
from tests.properties.test_outbox import Outbox


class BrokenFinality(Outbox):
    """
    A chain that breaks its word, and a person who sees to it.

    Nothing is paused here: a write that was refused and signed anew has two transactions, and a chain that
    forgets both leaves a gap in the lane, which is for a person to fill.
    """

    @rule()
    def pause_or_unpause_after_the_estimate(self) -> None:
        """Leave that to the other machine."""

    @rule(rounds=st.integers(min_value=4, max_value=14))
    def let_it_settle(self, rounds: int) -> None:
        """Give what is queued the time to be FINAL: only that can be taken back."""
        for _ in range(rounds):
            self._drive_once_stopped()
            self.chain.mine()

    @precondition(lambda self: self.chain.latest.ref.number > self.chain.depth + 1)
    @rule(deeper=st.integers(min_value=1, max_value=6), only_empty=st.booleans(), drops=st.booleans())
    def take_back_what_was_final(self, deeper: int, only_empty: bool, drops: bool) -> None:
        count = min(self.chain.depth + deeper, self.chain.latest.ref.number)
        if drops:
            self.chain.forget_pool()
        self.chain.rewrite(count, only_empty=only_empty)
        signed = len(self.signer.signed)
        stopped = self._drive_once_stopped()
        self._nothing_is_final_that_is_not_there()
        if stopped:
            assert len(self.signer.signed) == signed
            self._a_person_takes_up_what_stopped()

    def _drive_once_stopped(self) -> bool:
        """Drive one round; say whether it ended because finality broke."""
        self.clock.seconds += 100
        try:
            self.worker.drive_once()
        except ChainIdentityError:
            return True
        except (ChainUnavailableError, LeaseHeldError):
            return False
        return False

    def _nothing_is_final_that_is_not_there(self) -> None:
        for name in self.names:
            if self.state(name) is State.FINAL:
                assert self.chain.latest.words.get(slot_of(name)) == 5

    def _a_person_takes_up_what_stopped(self) -> None:
        for intent in believe_again(self.store, self.sender, registry="local"):
            resume_intent(self.store, self.sender, intent.wanted.id)

    def teardown(self) -> None:
        for _ in range(3):
            if hasattr(self, "names") and any(self.state(name) is State.HALTED for name in self.names):
                self._a_person_takes_up_what_stopped()
                for _ in range(12):
                    self._drive_once_stopped()
                    self.chain.mine()
        super().teardown()


TestBrokenFinality = BrokenFinality.TestCase
TestBrokenFinality.settings = settings(
    stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
