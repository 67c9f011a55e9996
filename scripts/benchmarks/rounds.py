"""Gas of rounds: joining, a trainer's calls, aggregates, claims."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from fl_client.simulation import DemoSettings, Federation

from .table import Row, row


def round_gas() -> Iterator[Row]:
    """Joining, a trainer's calls in the first and in later rounds, aggregates, claims; with 6 and 12 trainers."""
    six, twelve = honest_gas(6), honest_gas(12)
    trainer = six["trainer"]
    yield row("join with stake, trainer", trainer["joinAsTrainer"][-1], 130_000)
    yield row("join with stake, sealer", six["aggregator"]["joinAsSealer"][-1], 130_000)
    for call, first, later in (("commitUpdate", 58_000, 40_000), ("revealUpdate", 75_000, 60_000)):
        yield row(f"{call}, first round, greatest", max(trainer[call][:6]), first)
        yield row(f"{call}, later rounds, greatest", max(trainer[call][6:]), later)
        yield row(f"{call}, later rounds, 12 trainers", max(twelve["trainer"][call][12:]), later)
    yield row("attestUpdates, greatest", max(trainer["attestUpdates"]), 35_000)
    yield row("attestUpdates, 12 trainers", max(twelve["trainer"]["attestUpdates"]), 35_000)
    pair = six["aggregator"]["proposeAggregate"][-1] + steady(six["aggregator"]["finalizeRound"])
    pair12 = twelve["aggregator"]["proposeAggregate"][-1] + steady(twelve["aggregator"]["finalizeRound"])
    yield row("post an aggregate and finalise, 6 trainers, steady state", pair, 150_000)
    yield ("the same, growth per trainer", f"{(pair12 - pair) / 6:,.0f}", "stated", "")
    yield row("claim, wallet has coins", min(trainer["claim"]), 48_000)
    yield row("claim, empty wallet", claim_to_empty_wallet(), 65_000)


def honest_gas(participants: int) -> dict[str, dict[str, list[int]]]:
    """Gas by role and call of six honest rounds."""
    with tempfile.TemporaryDirectory() as folder:
        settings = DemoSettings(
            participants=participants, rounds=6, honest=True, epochs=1, partition="iid", out=Path(folder)
        )
        federation = Federation(settings)
        for _ in federation.run():
            pass
        federation.close()
        return {role: dict(calls) for role, calls in federation.gas.spent.items()}


def steady(finalized: list[int]) -> int:
    """The gas of finalising a round that is not the last: the last one also pays and refunds."""
    return max(finalized[:-1])


def claim_to_empty_wallet() -> int:
    """A trainer that owns no coin besides its stake claims for the first time."""
    with tempfile.TemporaryDirectory() as folder:
        federation = Federation(
            DemoSettings(participants=3, rounds=1, honest=True, epochs=1, partition="iid", out=Path(folder))
        )
        for _ in federation.run():
            pass
        trainer = federation.members[0].participant
        coin, pool = federation.contract.coin, federation.contract.pool
        owner = federation.members[-1].participant.address
        trainer.send(coin.functions.transfer(owner, federation.contract.balance(trainer.address)))
        return trainer.send(pool.functions.claim()).gas_used
