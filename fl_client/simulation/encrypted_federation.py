"""An encrypted federation in one process: every member steps in a fixed order, and time passes when nobody has to."""

from __future__ import annotations

from collections.abc import Iterator

from fl_client.chain import export_chain
from fl_client.chain.contracts import Role
from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.errors import ChainError
from fl_client.records import EncryptedRecordWatch, encrypted_evidence
from fl_client.rounds import Vector
from fl_client.simulation.encrypted_founding import EncryptedFounding
from fl_client.simulation.member import RoundReport


class EncryptedFederation(EncryptedFounding):
    """Builds and runs an encrypted federation."""

    def run(self) -> Iterator[RoundReport]:
        """Run to the end of the task; yields a report as each round becomes final."""
        reported, slashes_before = 0, 0
        while True:
            busy = self.sweep()
            phase, _ = self.watch.refresh()
            ledger = self.watch.ledger
            while reported < ledger.rounds_final:
                reported += 1
                slashes = ledger.slashes[slashes_before:]
                names = tuple(encrypted_evidence(one.evidence) for one in slashes)
                yield self._report(reported, self._gas_of(reported), names)
                slashes_before = len(ledger.slashes)
            if phase is EncryptedPhase.ENDED:
                return
            if not busy:
                self.pass_time()

    def sweep(self) -> bool:
        """Let everybody act once, in a fixed order; true if anybody did."""
        busy = False
        for member in self.members:
            if member.participant.step() is not None:
                self.watch.refresh()
                self._note_spent(self.watch.ledger.rounds_final)
                busy = True
        return busy

    def pass_time(self) -> None:
        """Let the time pass until somebody may have something to do.

        Raises:
            ChainError: nobody ever will.
        """
        times = [when for one in self.members if (when := one.participant.due_at()) is not None]
        if not times:
            raise ChainError(
                f"the task waits in phase {self.contract.phase()[0].name} and nobody acts: this is a defect, report it"
            )
        self.connection.wait_until(min(times))

    def _report(self, number: int, gas: int, slashes: tuple[str, ...]) -> RoundReport:
        score = self.model.evaluate(self.model_after(number), self.data.test, self.device)
        turn = self.watch.ledger.final_turn(number)
        assert turn is not None  # the round is final
        return RoundReport(
            round=number,
            accuracy=score.metric,
            loss=score.loss,
            accepted=turn.accepted.bit_count(),
            gas=gas,
            slashes=slashes,
        )

    def model_after(self, number: int) -> Vector:
        """The global model after a final round."""
        return self.book().base(number + 1)

    def close(self) -> bytes:
        """After the end: everybody takes its money home, and the chain is written down; returns its head hash."""
        for _ in range(8):
            while self.sweep():
                pass
            waits = [
                free
                for one in self.members
                for amount, free in (self.contract.stake(one.participant.address, Role.TRAINER),)
                if amount and free > self.connection.now()
            ]
            if not waits:
                break
            self.connection.wait_until(max(waits))
        self.cores.close()
        return export_chain(self.connection, self.settings.out / "chain")

    def records(self) -> EncryptedRecordWatch:
        """Everything that its chain recorded so far, by the names of this run's members."""
        people = {one.participant.address: (one.name, one.participant.role) for one in self.members}
        owner = self.contract.parameters.owner
        watch = EncryptedRecordWatch(self.contract, start_block=0, names=people | {owner: ("owner", "owner")})
        watch.read()
        return watch
