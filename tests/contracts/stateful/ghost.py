"""A task once more, in plain Python: what its members, its sealers and the court may do."""

from __future__ import annotations

from fl_client.sealing import first_target, next_target, relaxed
from tests.contracts.federation import ZERO
from tests.contracts.stateful.ghost_clock import CHUNK_DUE, PROOF_DUE, Dispute, GhostClock, Trainer
from tests.contracts.stateful.ghost_money import refuse_if
from tests.contracts.task_types import SUBSTITUTE, Phase, Role, TrainerState

ANYBODY = 2**256 - 1
"""As a seat: whoever has a bond."""


class Ghost(GhostClock):
    """One task. Every method is a call; it raises ``Refused`` before or after it has changed something."""

    # ------------------------------------------------------------------ members

    def join_as_trainer(self, account: str) -> None:
        refuse_if(self.recorded == Phase.ENDED, "TrainingTaskUnexpectedPhase")
        record = self.trainer(account)
        refuse_if(record.state != TrainerState.NONE, "TrainingTaskAlreadyJoined")
        self._restore(record)
        self.money.lock(account, Role.TRAINER, self.p.trainer_stake)

    def top_up(self, account: str) -> None:
        refuse_if(self.recorded == Phase.ENDED, "TrainingTaskUnexpectedPhase")
        record = self.trainer(account)
        fits = record.state == TrainerState.SUSPENDED and not record.leaving
        refuse_if(not fits, "TrainingTaskUnexpectedTrainerState")
        self._restore(record)
        missing = self.p.trainer_stake - self.money.stake(account, Role.TRAINER).amount
        self.money.lock(account, Role.TRAINER, missing)

    def _restore(self, record: Trainer) -> None:
        refuse_if(self.active >= self.p.max_trainers, "TrainingTaskFull")
        record.state, record.turn = TrainerState.READY, self.turn
        self.active += 1

    def join_as_sealer(self, account: str) -> None:
        busy = self.phase in (Phase.AGGREGATE, Phase.STALLED, Phase.ENDED)
        refuse_if(busy, "TrainingTaskUnexpectedPhase")
        refuse_if(self.money.stake(account, Role.SEALER).amount > 0, "TrainingTaskAlreadyJoined")
        if "" in self.seats:
            self.seats[self.seats.index("")] = account
        else:
            self.seats.append(account)
        self.money.lock(account, Role.SEALER, self.p.sealer_stake)

    def leave(self, account: str, role: Role, seat: int = 0) -> None:
        since = self.mark if self.recorded == Phase.ENDED else self.now
        until = since + self.p.unbonding_seconds
        if role == Role.TRAINER:
            record = self.trainer(account)
            gone = record.state == TrainerState.NONE or record.leaving
            refuse_if(gone, "TrainingTaskUnexpectedTrainerState")
            record.leaving = True
            self.active -= record.state != TrainerState.SUSPENDED
        elif role == Role.SEALER:
            holds = seat < len(self.seats) and self.seats[seat] == account
            refuse_if(not holds, "TrainingTaskNotYourSeat")
            last = self.sealer == seat + 1
            refuse_if(last and self.recorded == Phase.CHALLENGE, "TrainingTaskStillEngaged")
            if last:
                self._pay_sealer()
            self.seats[seat] = ""
        else:
            self._require_no_duty(account)
            until = self.now
        self.money.unbond(account, role, until)

    def withdraw(self, account: str, role: Role) -> None:
        if role == Role.TRAINER:
            record = self.trainer(account)
            refuse_if(not record.leaving or self._engaged(record), "TrainingTaskStillEngaged")
            del self.trainers[account]
        elif role == Role.CHALLENGER:
            self._require_no_duty(account)
        self.money.release(account, role, self.now)

    def _engaged(self, record: Trainer) -> bool:
        if record.state == TrainerState.COMMITTED:
            return True
        if self.recorded == Phase.ENDED:
            return False
        acted = record.state in (TrainerState.REVEALED, TrainerState.ATTESTED)
        return acted and record.turn >= self.first_turn

    def _require_no_duty(self, account: str) -> None:
        stands = self.recorded == Phase.CHALLENGE and self.proposer == account
        refuse_if(self.dispute is not None or stands, "TrainingTaskStillEngaged")

    def settle(self, account: str, by: str) -> None:
        record = self.trainer(account)
        overdue = record.turn < self.turn or self.phase > Phase.REVEAL
        due = record.state == TrainerState.COMMITTED and overdue
        refuse_if(not due, "TrainingTaskNothingToSettle")
        record.state = TrainerState.SUSPENDED
        self.active -= not record.leaving
        self.money.slash(account, Role.TRAINER, self.p.reveal_penalty, by if by != account else None, self.p)

    # ------------------------------------------------------------------ trainers

    def commit(self, account: str) -> None:
        self.require(Phase.COMMIT)
        record = self.trainer(account)
        out = record.state in (TrainerState.NONE, TrainerState.SUSPENDED) or record.leaving
        refuse_if(out, "TrainingTaskUnexpectedTrainerState")
        public = record.state in (TrainerState.REVEALED, TrainerState.ATTESTED)
        acted = record.turn == self.turn or (public and record.turn >= self.first_turn)
        refuse_if(acted, "TrainingTaskAlreadyActed")
        refuse_if(record.state == TrainerState.COMMITTED, "TrainingTaskUnsettled")
        crowded = self.attempt != 0 and self.pending + len(self.revealed) >= self.p.max_trainers
        refuse_if(crowded, "TrainingTaskFull")
        record.state, record.turn = TrainerState.COMMITTED, self.turn
        self.pending += 1
        if self.pending + len(self.revealed) == self.due:
            self.recorded, self.mark = Phase.REVEAL, self.now + self.p.reveal_seconds

    def reveal(self, account: str) -> None:
        self.require(Phase.REVEAL)
        record = self.trainer(account)
        owes = record.state == TrainerState.COMMITTED and record.turn == self.turn
        refuse_if(not owes, "TrainingTaskUnexpectedTrainerState")
        record.state, record.index = TrainerState.REVEALED, len(self.revealed)
        ends = self.reveal_ends
        self.revealed.append(account)
        self.pending -= 1
        if self.pending:
            self.recorded, self.mark = Phase.REVEAL, ends
        else:
            self.recorded, self.mark = Phase.ATTEST, self.now + self.p.attest_seconds

    def attest(self, account: str, bitmap: int) -> None:
        self.require(Phase.ATTEST)
        record = self.trainer(account)
        again = record.state == TrainerState.ATTESTED and record.turn == self.turn
        refuse_if(again, "TrainingTaskAlreadyActed")
        public = record.state in (TrainerState.REVEALED, TrainerState.ATTESTED)
        refuse_if(not public or record.turn < self.first_turn, "TrainingTaskUnexpectedTrainerState")
        refuse_if(bitmap >> len(self.revealed) != 0, "TrainingTaskBitmapTooLong")
        record.state, record.turn, record.bitmap = TrainerState.ATTESTED, self.turn, bitmap

    # ------------------------------------------------------------------ sealing

    def freeze(self) -> bool:
        """Fix the accepted set; return whether the quorum was met."""
        refuse_if(self.accepted != 0, "TrainingTaskUnexpectedPhase")
        refuse_if(not self.revealed, "TrainingTaskWrongEntries")
        present, attested = self._voters()
        if self.phase == Phase.ATTEST and attested == present:
            self.mark = self.now
        else:
            refuse_if(self.phase not in (Phase.AGGREGATE, Phase.STALLED), "TrainingTaskUnexpectedPhase")
            self.mark = self.sealing_starts
        self.recorded = Phase.AGGREGATE
        accepted = [self.revealed[place] for place in self.accepted_places()]
        if len(accepted) < self.p.quorum:
            self._void()
            return False
        self.accepted = len(accepted)
        self._credit(accepted, attested)
        return True

    def accepted_places(self) -> list[int]:
        """The places, among the reveals, of the updates that freezing the set now would accept."""
        present, attested = self._voters()
        votes = [self.trainers[voter].bitmap for voter in attested]
        places = [self.trainers[account].index for account in present]
        return [place for place in places if 2 * sum(vote >> place & 1 for vote in votes) > len(present)]

    def _voters(self) -> tuple[list[str], list[str]]:
        """Whoever may attest, and who of them has; both in the order of their reveals."""
        present = [account for place, account in enumerate(self.revealed) if self._present(account, place)]
        attested = [
            account
            for account in present
            if self.trainers[account].state == TrainerState.ATTESTED
            and self.trainers[account].turn == self.turn
        ]
        return present, attested

    def _present(self, account: str, place: int) -> bool:
        record = self.trainers.get(account, Trainer())
        public = record.state in (TrainerState.REVEALED, TrainerState.ATTESTED)
        return public and record.index == place and record.turn >= self.first_turn

    def _credit(self, accepted: list[str], attested: list[str]) -> None:
        share = self.money.bonus // len(accepted)
        self.money.bonus -= share * len(accepted)
        for account in accepted:
            self.money.earn(account, self.p.update_reward + share)
        for account in attested:
            self.money.earn(account, self.p.attest_reward)
        self.money.unspent -= len(accepted) * self.p.update_reward + len(attested) * self.p.attest_reward
        self._pay_sealer()

    def propose(self, account: str, seat: int, work: int = 0) -> None:
        if self.accepted == 0 and not self.freeze():
            return
        self.require(Phase.AGGREGATE)
        count = len(self.seats)
        slot = (self.now - self.mark) // self.p.seal_seconds
        slots = self.p.sealing == ZERO
        displacing = slots or self._admit(seat, work)
        seat = seat if slots or seat == ANYBODY else seat & 0xFF
        for passed in range(min(slot, count) if displacing else 0):
            idle = (self.round + self.proposal + passed) % count
            if self.seats[idle] not in ("", account):
                self.money.unbond(self.seats[idle], Role.SEALER, self.now + self.p.unbonding_seconds)
                self.seats[idle] = ""
        if seat == ANYBODY:
            refuse_if(slot < count, "TrainingTaskNotYourSlot")
            self.substitute, self.sealer = account, SUBSTITUTE
            self.money.lock(account, Role.CHALLENGER, self.p.challenge_bond)
        else:
            holds = seat < count and self.seats[seat] == account
            refuse_if(not holds, "TrainingTaskNotYourSeat")
            expected = (self.round + self.proposal + slot) % count
            other = slots and slot < count and seat != expected and self.seats[expected] != ""
            refuse_if(other, "TrainingTaskNotYourSlot")
            self.sealer = seat + 1
        self._propose()

    def _admit(self, seat: int, work: int) -> bool:
        """Proof of work: moves the target; whether idle seats are displaced."""
        base = self.target or first_target(self.p.sealing_rate)
        elapsed, missed = self.now - self.mark, (self.now - self.mark) // self.p.seal_seconds
        refuse_if(seat != ANYBODY and work >= relaxed(base, missed), "ProofOfWorkInsufficient")
        self.target = next_target(
            base,
            elapsed=elapsed,
            rate=self.p.sealing_rate,
            slot_seconds=self.p.seal_seconds,
            worked=seat != ANYBODY,
        )
        return seat == ANYBODY and missed > 0 and relaxed(base, missed - 1) >= 1 << 206

    def _propose(self) -> None:
        self.proposal += 1
        self.recorded, self.mark = Phase.CHALLENGE, self.now + self.p.challenge_seconds

    # ------------------------------------------------------------------ disputes

    def challenge(self, account: str) -> None:
        self.require(Phase.CHALLENGE)
        refuse_if(self.dispute is not None, "TrainingTaskNotChallengeable")
        refuse_if(account == self.proposer, "TrainingTaskUnauthorized")
        self.money.lock(account, Role.CHALLENGER, self.p.challenge_bond << self.disputes)
        self.disputes += 1
        self.dispute = Dispute(account, self.now + self.p.answer_seconds)

    def answer(self) -> None:
        asked = self.dispute is not None and self.dispute.step == CHUNK_DUE
        refuse_if(not asked, "DisputeCourtUnexpectedStep")
        assert self.dispute is not None
        refuse_if(self.now >= self.dispute.deadline, "DisputeCourtDeadline")
        self.dispute.step, self.dispute.deadline = PROOF_DUE, self.now + self.p.answer_seconds

    def resolve(self) -> None:
        refuse_if(self.dispute is None, "DisputeCourtUnexpectedStep")
        assert self.dispute is not None
        refuse_if(self.now < self.dispute.deadline, "DisputeCourtDeadline")
        lost, self.dispute = self.dispute, None
        if lost.step == PROOF_DUE:
            self.mark = max(self.mark, self.now + self.p.challenge_seconds)
            bond = self.p.challenge_bond << (self.disputes - 1)
            self.money.forfeit(lost.challenger, bond, self.proposer, self.p.answer_fee)
            return
        self.disputes -= 1
        accused, stood_in = self.proposer, self.sealer == SUBSTITUTE
        if stood_in:
            bonded = self.money.stake(accused, Role.CHALLENGER).amount
            self.money.slash(accused, Role.CHALLENGER, bonded, lost.challenger, self.p)
        else:
            self.seats[self.sealer - 1] = ""
            self.money.slash(accused, Role.SEALER, self.p.seal_penalty, lost.challenger, self.p)
            if self.money.stake(accused, Role.SEALER).amount:
                self.money.unbond(accused, Role.SEALER, self.now + self.p.unbonding_seconds)
        if stood_in:
            self.sealer, self.recorded, self.mark = 0, Phase.AGGREGATE, self.now
            return
        self.substitute, self.sealer = lost.challenger, SUBSTITUTE
        self._propose()
