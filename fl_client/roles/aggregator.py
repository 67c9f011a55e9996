"""The aggregator (sealer): posts the model that the accepted updates give, and answers for it."""

from __future__ import annotations

from fl_client.chain.contracts import OPEN_SLOTS, Phase, Role
from fl_client.encoding import set_hash
from fl_client.errors import StorageError
from fl_client.roles.answering import Answering
from fl_client.roles.search import NonceSearch
from fl_client.rounds import Reveal, SealedVector, Vector, WorkTerms, tally
from fl_client.sealing import ANYBODY, seat_with
from fl_client.types import Bytes32

ANY_SEAT = ANYBODY
"""Named in place of a seat by whoever proposes in an open slot."""


class Aggregator(Answering):
    """A sealer's account and its models."""

    role = "aggregator"
    stakes_as = Role.SEALER
    pace: int | None = None
    """Hashes a second that a demonstration assumes; None: those of this machine."""
    _nonces: tuple[tuple[object, ...], NonceSearch] | None = None

    def act(self, phase: Phase) -> str | None:
        """Take a seat; propose in its slot, answer challenges, move the task on."""
        if (struck := self.strike_silent()) is not None:
            return struck
        if phase is Phase.ENDED:
            return self.go_home(Role.SEALER) or self.go_home(Role.CHALLENGER)
        # With or without a seat: whoever proposed in an open slot answers for its bond.
        if phase is Phase.CHALLENGE and (done := self.answer()):
            return done
        seat = self._seat()
        if seat is None:
            seat = self._open_seat(phase)
            if seat is None:
                return self.join()
        if phase is Phase.AGGREGATE or (phase is Phase.ATTEST and self.contract.board is None):
            try:
                return self.propose(phase, seat)
            except StorageError:
                if (asked := self.ask_for_missing(phase)) is None:
                    raise
                return asked
        return self.advance(phase)

    def join(self) -> str | None:
        """Lock the stake and take a seat; whoever was slashed does not come back by itself."""
        if self.address in self.ledger.sealers:
            return None
        self.allow(self.contract.parameters.sealer_stake)
        self.send(self.contract.task.functions.joinAsSealer())
        return "took a seat"

    def _open_seat(self, phase: Phase) -> int | None:
        """Whoever has no seat (any more) may propose under a bond once every seat had its slot."""
        if self.address not in self.ledger.sealers or phase is not Phase.AGGREGATE:
            return None
        _, deadline = self.contract.phase()
        opens_at = deadline - OPEN_SLOTS * self.contract.parameters.seal_seconds
        if self.contract.connection.now() < opens_at:
            return None
        self.allow(self.contract.parameters.challenge_bond)
        return ANY_SEAT

    # ------------------------------------------------------------------ proposing

    def propose(self, phase: Phase, seat: int) -> str | None:
        """Freeze the accepted set if nobody has, and post the model that it gives."""
        record, clock = self.ledger.current(), self.contract.clock()
        frozen = record.accepted_mask is not None
        if frozen:
            accepted = self.watch.accepted(record.number)
        else:
            outcome = tally(record, turn=clock.turn)
            if phase is Phase.ATTEST and not outcome.complete:
                return None
            accepted = tuple(one for one in record.reveals if outcome.accepted_mask >> one.index & 1)
        entries = [] if frozen else list(self.watch.entries(record.reveals))
        if len(accepted) < self.contract.parameters.quorum:
            self.send(self.contract.task.functions.freezeRound(entries))
            return "showed that the quorum was missed"
        terms = WorkTerms.of(self.contract)
        if terms is not None and seat != ANY_SEAT:
            if not frozen:
                self.send(self.contract.task.functions.freezeRound(entries))
                return "froze the round: the search for a nonce begins"
            # Before the search: a proposal without its table is convicted by anybody, and none may be posted then.
            if (posted := self.post_table(record.number, accepted)) is not None:
                return posted
            return self._search(terms, seat, accepted)
        if not self.is_my_slot(phase, seat, frozen):
            return None
        if (posted := self.post_table(record.number, accepted)) is not None:
            return posted
        vector, sealed = self.aggregate(record.number, accepted)
        content_id = self.publish(sealed)
        self._proposed = (sealed.commitment, vector)
        proposed = self.contract.task.functions.proposeAggregate(
            record.number,
            set_hash(self.watch.entries(accepted)),
            entries,
            sealed.commitment,
            content_id,
            seat,
        )
        self.send(proposed, intent=self.named("propose"))
        return f"proposed a model from {len(accepted)} updates"

    def _search(self, terms: WorkTerms, seat: int, accepted: tuple[Reveal, ...]) -> str | None:
        """Search for the nonce of this round's proposal; post the model once it is found."""
        clock, entries = self.contract.clock(), self.watch.entries(accepted)
        # All that the model and the puzzle follow from: a reorganisation may change any of it within the round.
        accepted_hash, inputs = set_hash(entries), self.ledger.tables.inputs_of(clock.round)
        base = self.ledger.base_of(clock.round)
        at = (clock.round, clock.turn, clock.proposal, accepted_hash, base, inputs)
        if self._nonces is None or self._nonces[0] != at:
            vector, sealed = self.aggregate(clock.round, accepted)
            puzzle = terms.puzzle(
                round_=clock.round,
                turn=clock.turn,
                proposal=clock.proposal,
                set_hash=accepted_hash,
                model=sealed.commitment,
                sealer=self.address,
            )
            self._nonces = (at, NonceSearch(puzzle, vector, sealed, pace=self.pace))
        search = self._nonces[1]
        elapsed = max(0, self.contract.connection.now() - clock.mark)
        nonce = search.look(terms.target(terms.base(self.ledger.works), elapsed))
        if nonce is None:
            return f"searched {search.tried:,} nonces"
        if search.seconds:
            self.contract.connection.wait_until(clock.mark + search.seconds)
        content_id = self.publish(search.sealed)
        self._proposed = (search.sealed.commitment, search.vector)
        proposed = self.contract.task.functions.proposeAggregate(
            clock.round,
            search.puzzle.set_hash,
            [],
            search.sealed.commitment,
            content_id,
            seat_with(seat, nonce),
        )
        self.send(proposed, intent=self.named("propose"))
        return f"found nonce {nonce}: proposed a model from {len(accepted)} updates"

    def is_my_slot(self, phase: Phase, seat: int, frozen: bool) -> bool:
        """Whether the contract would take this seat's proposal now (``TrainingTask._requireSlot``)."""
        if seat == ANY_SEAT:
            return True
        clock, parameters, seats = self.contract.clock(), self.contract.parameters, self.contract.seats()
        if frozen:
            started = clock.mark
        elif phase is Phase.ATTEST:
            started = self.contract.connection.now()
        else:
            _, deadline = self.contract.phase()
            started = deadline - (len(seats) + OPEN_SLOTS) * parameters.seal_seconds
        slot = max(0, self.contract.connection.now() - started) // parameters.seal_seconds
        if slot >= len(seats):
            return True
        expected = (clock.round + clock.proposal + slot) % len(seats)
        return seat == expected or int(seats[expected], 16) == 0

    def aggregate(self, number: int, accepted: tuple[Reveal, ...]) -> tuple[Vector, SealedVector]:
        """The model that the accepted updates give."""
        return self.models.combine(number, accepted)

    def publish(self, sealed: SealedVector) -> Bytes32:
        """Store the model's bytes before the chain hears of them."""
        return self.models.publish(sealed)
