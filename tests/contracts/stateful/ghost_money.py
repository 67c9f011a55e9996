"""The vault, the pool and everybody's coins once more, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.contracts.task_types import BPS, Role, TaskParameters


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
class Stake:
    """A stake; ``releasable_at`` is 0 while it is bound."""

    amount: int = 0
    releasable_at: int = 0


@dataclass(slots=True, repr=False)
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
