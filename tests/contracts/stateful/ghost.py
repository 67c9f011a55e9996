"""A task, the vault and the pool once more, in plain Python; nothing here asks the chain."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.contracts.task_types import (
    BPS,
    OPEN_SLOTS,
    SUBSTITUTE,
    UNKNOWN_DUE,
    Phase,
    Role,
    TaskParameters,
    TrainerState,
)

ANYBODY = 2**256 - 1
"""As a seat: whoever has a bond."""

CHUNK_DUE, PROOF_DUE = 3, 4
"""Steps of a dispute about a model of one chunk."""


class Refused(Exception):
    """A call that must revert with this error."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def refuse_if(condition: bool, error: str) -> None:
    """Raise the refusal if there is a reason for it."""
    if condition:
        raise Refused(error)


@dataclass(slots=True)
class Trainer:
    """A trainer's record."""

    state: TrainerState = TrainerState.NONE
    turn: int = 0
    index: int = 0
    bitmap: int = 0
    leaving: bool = False


@dataclass(slots=True)
class Stake:
    """A stake; ``releasable_at`` is 0 while it is bound."""

    amount: int = 0
    releasable_at: int = 0


@dataclass(slots=True)
class Dispute:
    """The open dispute."""

    challenger: str
    deadline: int
    step: int = CHUNK_DUE


@dataclass(slots=True)
class Money:
    """What the vault and the pool hold, and what everybody has in hand."""

    purses: dict[str, int]
    unspent: int = 0
    bonus: int = 0
    closed: bool = False
    burned: int = 0
    stakes: dict[tuple[str, Role], Stake] = field(default_factory=dict)
    earned: dict[str, int] = field(default_factory=dict)

    @property
    def staked(self) -> int:
        """What the vault holds."""
        return sum(stake.amount for stake in self.stakes.values())

    @property
    def owed(self) -> int:
        """What the pool holds."""
        return self.unspent + self.bonus + sum(self.earned.values())

    def stake(self, account: str, role: Role) -> Stake:
        return self.stakes.setdefault((account, role), Stake())

    def lock(self, account: str, role: Role, amount: int) -> None:
        self.purses[account] -= amount
        stake = self.stake(account, role)
        stake.amount += amount
        stake.releasable_at = 0

    def unbond(self, account: str, role: Role, releasable_at: int) -> None:
        stake = self.stake(account, role)
        refuse_if(stake.amount == 0, "StakeVaultNoStake")
        stake.releasable_at = releasable_at

    def release(self, account: str, role: Role, now: int) -> None:
        stake = self.stake(account, role)
        refuse_if(stake.releasable_at == 0 or now < stake.releasable_at, "StakeVaultStillBound")
        self.purses[account] += stake.amount
        del self.stakes[account, role]

    def earn(self, account: str, amount: int) -> None:
        self.earned[account] = self.earned.get(account, 0) + amount

    def slash(
        self, account: str, role: Role, amount: int, beneficiary: str | None, p: TaskParameters
    ) -> None:
        """Cut a stake: burn a share, pay a bounty of at most a fifth, keep the rest for the honest."""
        stake = self.stake(account, role)
        taken = min(amount, stake.amount)
        stake.amount -= taken
        burned = -(-taken * p.burn_bps // BPS)
        bounty = min(p.bounty, taken // 5, taken - burned) if beneficiary else 0
        rest = taken - burned - bounty
        if beneficiary:
            self.earn(beneficiary, bounty)
        if self.closed:
            burned += rest
        else:
            self.bonus += rest
        self.burned += burned

    def forfeit(self, account: str, amount: int, answerer: str, fee: int) -> None:
        """Take a lost bond: the fee to whoever had to answer, the rest burned."""
        stake = self.stake(account, Role.CHALLENGER)
        taken = min(amount, stake.amount)
        stake.amount -= taken
        paid = min(fee, taken)
        self.earn(answerer, paid)
        self.burned += taken - paid

    def claim(self, account: str) -> None:
        refuse_if(self.earned.get(account, 0) == 0, "RewardPoolNothingToClaim")
        self.purses[account] += self.earned.pop(account)


@dataclass(slots=True)
class Ghost:
    """One task. Every method is a call; it raises ``Refused`` before or after it has changed something."""

    p: TaskParameters
    money: Money
    now: int
    mark: int
    recorded: Phase = Phase.JOIN
    round: int = 0
    turn: int = 0
    attempt: int = 0
    voids: int = 0
    active: int = 0
    due: int = 0
    pending: int = 0
    revealed: list[str] = field(default_factory=list)
    accepted: int = 0
    sealer: int = 0
    proposal: int = 0
    disputes: int = 0
    substitute: str = ""
    seats: list[str] = field(default_factory=list)
    trainers: dict[str, Trainer] = field(default_factory=dict)
    dispute: Dispute | None = None

    # ------------------------------------------------------------------ the phase

    @property
    def sealing_starts(self) -> int:
        """When the slots began, or begin."""
        if self.recorded == Phase.COMMIT:
            return self.mark + (self.p.reveal_seconds if self.pending else 0) + self.p.attest_seconds
        return self.mark + (self.p.attest_seconds if self.recorded == Phase.REVEAL else 0)

    @property
    def phase(self) -> Phase:
        """The present phase."""
        if self.recorded == Phase.CHALLENGE:
            return Phase.FINAL if self.now >= self.mark and not self.dispute else Phase.CHALLENGE
        if self.recorded not in (Phase.COMMIT, Phase.REVEAL, Phase.ATTEST, Phase.AGGREGATE):
            return self.recorded
        if self.recorded == Phase.COMMIT and self.now < self.mark:
            return Phase.COMMIT
        if self.now < self.reveal_ends:
            return Phase.REVEAL
        if self.recorded != Phase.AGGREGATE:
            if len(self.revealed) < self.p.quorum:
                return Phase.VOID
            if self.now < self.sealing_starts:
                return Phase.ATTEST
        slots = len(self.seats) + OPEN_SLOTS
        return (
            Phase.STALLED
            if self.now >= self.sealing_starts + slots * self.p.seal_seconds
            else Phase.AGGREGATE
        )

    @property
    def reveal_ends(self) -> int:
        """The end of the reveal phase; 0 if there is none."""
        if self.recorded == Phase.COMMIT and self.pending:
            return self.mark + self.p.reveal_seconds
        return self.mark if self.recorded == Phase.REVEAL else 0

    @property
    def next_change(self) -> int:
        """When the present phase ends by itself, or now if somebody must act."""
        phase = self.phase
        if phase == Phase.CHALLENGE and self.dispute:
            return self.dispute.deadline
        if phase in (Phase.JOIN, Phase.COMMIT, Phase.CHALLENGE):
            return self.mark
        if phase == Phase.REVEAL:
            return self.reveal_ends
        if phase == Phase.ATTEST:
            return self.sealing_starts
        if phase == Phase.AGGREGATE:
            return self.sealing_starts + (len(self.seats) + OPEN_SLOTS) * self.p.seal_seconds
        return self.now

    @property
    def first_turn(self) -> int:
        return self.turn - self.attempt

    @property
    def proposer(self) -> str:
        """Who answers for the latest proposal."""
        if self.sealer == 0:
            return ""
        return self.substitute if self.sealer == SUBSTITUTE else self.seats[self.sealer - 1]

    def require(self, phase: Phase) -> None:
        refuse_if(self.phase != phase, "TrainingTaskUnexpectedPhase")

    def trainer(self, account: str) -> Trainer:
        return self.trainers.setdefault(account, Trainer())

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

    # ------------------------------------------------------------------ turns

    def start(self) -> None:
        refuse_if(self.recorded != Phase.JOIN, "TrainingTaskUnexpectedPhase")
        full = self.active == self.p.max_trainers
        early = not full and self.now < self.mark
        refuse_if(early or not self._startable, "TrainingTaskUnexpectedPhase")
        self.round = 1
        self._open_turn(self.active)

    @property
    def _startable(self) -> bool:
        return self.active >= self.p.quorum and any(self.seats)

    def _open_turn(self, due: int) -> None:
        self.turn += 1
        self.recorded, self.mark = Phase.COMMIT, self.now + self.p.commit_seconds
        self.due, self.pending = due, 0

    def void(self) -> None:
        self.require(Phase.VOID)
        self._void()

    def _void(self) -> None:
        self.voids += 1
        if self.voids >= self.p.max_voids:
            self._end()
            return
        self.attempt += 1
        self._open_turn(UNKNOWN_DUE)

    def end(self) -> None:
        abandoned = self.recorded == Phase.JOIN and self.now >= self.mark and not self._startable
        if not abandoned:
            self.require(Phase.STALLED)
            refuse_if(self.accepted == 0, "TrainingTaskNotFrozen")
        self._end()

    def _end(self) -> None:
        self.recorded, self.mark = Phase.ENDED, self.now
        self._pay_sealer()
        self.money.purses[self.p.owner] += self.money.unspent
        self.money.burned += self.money.bonus
        self.money.unspent = self.money.bonus = 0
        self.money.closed = True

    def _pay_sealer(self) -> None:
        if self.proposer:
            self.money.unspent -= self.p.seal_reward
            self.money.earn(self.proposer, self.p.seal_reward)
        self.sealer = 0

    def finalize(self) -> None:
        self.require(Phase.FINAL)
        self.round += 1
        self.voids = self.attempt = self.accepted = self.proposal = self.disputes = 0
        self.revealed = []
        if self.round > self.p.rounds:
            self._end()
        else:
            self._open_turn(self.active)

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
        present = [account for place, account in enumerate(self.revealed) if self._present(account, place)]
        attested = [
            account
            for account in present
            if self.trainers[account].state == TrainerState.ATTESTED
            and self.trainers[account].turn == self.turn
        ]
        if self.phase == Phase.ATTEST and attested == present:
            self.mark = self.now
        else:
            refuse_if(self.phase not in (Phase.AGGREGATE, Phase.STALLED), "TrainingTaskUnexpectedPhase")
            self.mark = self.sealing_starts
        self.recorded = Phase.AGGREGATE
        accepted = [
            account
            for account in present
            if 2 * sum(self.trainers[voter].bitmap >> self.trainers[account].index & 1 for voter in attested)
            > len(present)
        ]
        if len(accepted) < self.p.quorum:
            self._void()
            return False
        self.accepted = len(accepted)
        self._credit(accepted, attested)
        return True

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

    def propose(self, account: str, seat: int) -> None:
        if self.accepted == 0 and not self.freeze():
            return
        self.require(Phase.AGGREGATE)
        count = len(self.seats)
        slot = (self.now - self.mark) // self.p.seal_seconds
        for passed in range(min(slot, count)):
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
            other = slot < count and seat != expected and self.seats[expected] != ""
            refuse_if(other, "TrainingTaskNotYourSlot")
            self.sealer = seat + 1
        self._propose()

    def _propose(self) -> None:
        self.proposal += 1
        self.recorded, self.mark = Phase.CHALLENGE, self.now + self.p.challenge_seconds

    # ------------------------------------------------------------------ disputes

    def challenge(self, account: str) -> None:
        self.require(Phase.CHALLENGE)
        refuse_if(self.dispute is not None, "TrainingTaskNotChallengeable")
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
        accused = self.proposer
        if self.sealer == SUBSTITUTE:
            bonded = self.money.stake(accused, Role.CHALLENGER).amount
            self.money.slash(accused, Role.CHALLENGER, bonded, lost.challenger, self.p)
        else:
            self.seats[self.sealer - 1] = ""
            self.money.slash(accused, Role.SEALER, self.p.seal_penalty, lost.challenger, self.p)
            if self.money.stake(accused, Role.SEALER).amount:
                self.money.unbond(accused, Role.SEALER, self.now + self.p.unbonding_seconds)
        self.substitute, self.sealer = lost.challenger, SUBSTITUTE
        self._propose()
