"""A whole federation in one process: every role through its own account, on a chain that lives here too."""

from __future__ import annotations

from collections.abc import Iterator

from fl_client.chain import export_chain
from fl_client.chain.contracts import Phase
from fl_client.errors import ChainError
from fl_client.records import RecordWatch, slash_name
from fl_client.rounds import Slash, Vector
from fl_client.simulation.attackers import CopyingTrainer
from fl_client.simulation.founding import Founding
from fl_client.simulation.member import RoundReport, next_deadline, question_deadline, releasable_at
from fl_client.types import Address


class Federation(Founding):
    """Builds and runs a federation; see ``run_demo`` for the whole demonstration."""

    def run(self) -> Iterator[RoundReport]:
        """Run to the end of the task; yields a report as each round becomes final."""
        reported, slashes_before = 0, 0
        while True:
            busy = self._sweep()
            phase, deadline = self.watch.refresh()
            while reported < self._finished():
                reported += 1
                slashes = self.watch.ledger.slashes
                yield self._report(reported, self._gas_of(reported), slashes[slashes_before:])
                slashes_before = len(slashes)
            if phase is Phase.ENDED:
                return
            if not busy:
                self._wait(phase, deadline)

    def _sweep(self) -> bool:
        """Let everybody act once, in a fixed order; true if anybody did."""
        busy = False
        for member in self.members:
            done = member.participant.step()
            if done is not None:
                member.said.append(done)
                self._note_gas()
                busy = True
        return busy

    def _note_gas(self) -> None:
        self.watch.refresh()
        self._note_spent(self._finished())

    def _wait(self, phase: Phase, deadline: int) -> None:
        """Nobody has anything to do: let the time pass until a deadline."""
        ledger = self.watch.ledger
        if phase is Phase.COMMIT and self.settings.fraction_bps < 10_000 and ledger.seeded_turn < ledger.turn:
            # The draw follows from the hash of a block that only the next one can read.
            self.connection.wait_until(self.connection.now() + 1)
            return
        deadline = next_deadline(self.contract, phase, deadline)
        asked_until = question_deadline(self.watch, self.connection.now())
        if asked_until is not None:
            deadline = min(deadline, asked_until)
        if deadline <= self.connection.now():
            raise ChainError(
                f"the task waits in phase {phase.name} and nobody acts: this is a defect, report it"
            )
        self.connection.wait_until(deadline)

    def _finished(self) -> int:
        return sum(1 for record in self.watch.ledger.rounds.values() if record.finalized)

    def _report(self, number: int, gas: int, slashes: list[Slash]) -> RoundReport:
        vector = self.model_after(number)
        score = self.model.evaluate(vector, self.data.test, self.device)
        record = self.watch.ledger.rounds[number]
        return RoundReport(
            round=number,
            accuracy=score.metric,
            loss=score.loss,
            accepted=(record.accepted_mask or 0).bit_count(),
            gas=gas,
            slashes=tuple(slash_name(slash) for slash in slashes),
        )

    def model_after(self, number: int) -> Vector:
        """The global model after a final round."""
        if number < self.watch.ledger.round:
            return self._book.base(number + 1)
        vector, _ = self._book.recomputed(number)
        return vector

    def close(self) -> bytes:
        """After the end: everybody takes its money home, and the chain is written down; returns its head hash."""
        for _ in range(8):
            while self._sweep():
                pass
            waits = [when for one in self.members if (when := releasable_at(self.contract, one))]
            if not waits:
                break
            self.connection.wait_until(max(waits))
        return export_chain(self.connection, self.settings.out / "chain")

    def records(self) -> RecordWatch:
        """Everything that its chain recorded so far, by the names of this run's members."""
        people = {one.participant.address: (one.name, one.participant.role) for one in self.members}
        watch = RecordWatch(self.contract, start_block=0, names=people)
        watch.read()
        return watch

    @property
    def refusals(self) -> dict[Address, str]:
        """With which errors the contract refused copied reveals, by account; never mined, so no record has them."""
        copying = (one.participant for one in self.members if isinstance(one.participant, CopyingTrainer))
        return {one.address: one.refused_with for one in copying if one.refused_with is not None}
