"""Gas of a dispute about one coordinate of a large model, step by step."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from fl_client.aggregation import parse_aggregation
from fl_client.chain import Connection, Journal, TransactionSender, demo_account
from fl_client.chain.contracts import ONE_COIN, FactoryBounds, Step, TaskContract, deploy
from fl_client.disputes import (
    Dissection,
    aggregate_evidence,
    answer_chunk,
    answer_nodes,
    dispute_opening,
    parse_nodes,
)
from fl_client.encoding import (
    LIMIT,
    MerkleSumTree,
    VectorFormat,
    VectorKind,
    commit_vector,
    report_of,
    set_hash,
)
from fl_client.roles import GasBook, create_task
from fl_client.rounds import FetchedVector, TaskWatch, rule_of, rule_parameters, seal_vector
from fl_client.simulation import DemoSettings
from fl_client.simulation.plan import task_plan
from fl_client.types import Bytes32

from .table import CNN, Row, row

MILLISECONDS = 1_500
"""That every trainer reports."""

RULES = {"mean": "MeanRule", "median": "MedianRule", "trimmed-mean:0.2": "TrimmedMeanRule"}


def dispute_gas(dimension: int = CNN, trainers: int = 16) -> Iterator[Row]:
    """A wrong aggregate of FedAvg's CNN from 16 trainers, whose bytes are hidden, dissected to one coordinate.

    The dissection is the same whatever the rule; the proof is measured for each.
    """
    proofs = {}
    for rule in RULES:
        with tempfile.TemporaryDirectory() as folder:
            steps, proofs[rule] = DisputeStage(Path(folder), dimension, trainers, rule).run()
        if len(proofs) > 1:
            continue
        yield row("dissection step of 1.66 M parameters, greatest", max(steps.values()), 600_000)
        for name, gas in steps.items():
            yield (f"  {name}", f"{gas:,}", "", "")
    for rule, gas in proofs.items():
        yield row(f"one-coordinate proof, 16 trainers, {rule}", gas, 1_000_000)


def rule_gas(values: int = 128) -> Iterator[Row]:
    """What the rule itself costs in a proof about as many updates as a task takes, in the worst order."""
    with tempfile.TemporaryDirectory() as folder, Journal(folder) as journal:
        connection = Connection.embedded(seed=1, accounts=1)
        sender = TransactionSender(connection, demo_account(1, 0), journal)
        deployment = deploy(sender, connection, bounds=FactoryBounds())
        for name, kind in RULES.items():
            rule = parse_aggregation(name)
            contract = connection.contract(kind, rule_parameters(deployment, rule)["rule"])
            falling = [LIMIT - index for index in range(values)]
            call = contract.functions.combine(falling, [1] * values, 0, rule.combine.argument)
            gas = sender.send(call).gas_used
            yield (f"a call of the rule, {values} values in falling order, {name}", f"{gas:,}", "", "")


class DisputeStage:
    """A round of sixteen trainers over random vectors, without any learning, up to a disputed proposal."""

    def __init__(self, folder: Path, dimension: int, trainers: int, rule: str) -> None:
        self.connection = Connection.embedded(seed=1, accounts=trainers + 4)
        self.random = np.random.default_rng(1)
        self.form = VectorFormat(dimension=dimension, kind=VectorKind.MODEL)
        self.update_form = replace(self.form, kind=VectorKind.UPDATE)
        self.senders = [
            TransactionSender(
                self.connection, demo_account(1, i), Journal(folder / str(i)), timeout_seconds=60
            )
            for i in range(trainers + 3)
        ]
        owner, deployment = self.senders[0], None
        deployment = deploy(owner, self.connection, bounds=FactoryBounds())
        self.base = self.vector(1 << 20)
        settings = DemoSettings(participants=trainers, rounds=1, rule=rule)
        sealed = seal_vector(self.base, self.form)
        parameters = task_plan(settings, phase_seconds=4_320).parameters(
            owner=owner.address,
            deployment=deployment,
            definition_hash=Bytes32(bytes(32)),
            initial_model=sealed.commitment,
            initial_content=Bytes32(bytes(32)),
            dimension=dimension,
        )
        self.contract: TaskContract = create_task(self.connection, deployment, owner, parameters, GasBook())
        self.watch = TaskWatch(self.contract)
        for sender in self.senders[1:]:
            owner.send(self.contract.coin.functions.transfer(sender.address, 1_000 * ONE_COIN))
            sender.send(self.contract.coin.functions.approve(deployment.vault, 1_000 * ONE_COIN))

    def vector(self, size: int) -> np.ndarray:
        return self.random.integers(-size, size, self.form.dimension, dtype=np.int32)

    def run(self) -> tuple[dict[str, int], int]:
        """Returns the gas of every step of the dissection, and of the proof."""
        trainers, sealer, challenger = self.senders[1:-2], self.senders[-2], self.senders[-1]
        task, court = self.contract.task.functions, self.contract.court.functions
        sealer.send(task.joinAsSealer())
        for trainer in trainers:
            trainer.send(task.joinAsTrainer())
        sealer.send(task.start())
        updates, entries = self.reveal_all(trainers)
        right = rule_of(self.contract).combine.combine(
            np.stack([one.vector for one in updates]), [entry[1] for entry in entries], self.base
        )
        wrong = right.copy()
        coordinate = min(1_000_000, self.form.dimension - 1)
        wrong[coordinate] += 1
        tree = MerkleSumTree.build(wrong)
        model = commit_vector(tree.root, self.form)
        sealer.send(task.proposeAggregate(1, set_hash(entries), entries, model, bytes(32), 0))
        replacement = seal_vector(right, self.form).commitment
        salt = Bytes32(bytes(31) + b"\x07")
        opening = dispute_opening(challenger.address, self.contract.address, replacement, salt)
        challenger.send(court.openEvidence(opening))
        self.connection.wait_until(self.connection.now() + 1)
        opened = court.openDispute(self.contract.address, 1, 1, replacement, bytes(32), salt)
        steps = {"openDispute": challenger.send(opened).gas_used}
        chunk_opening = self.dissect(sealer, challenger, wrong, tree, right, steps)
        evidence = aggregate_evidence(
            coordinate=coordinate,
            model_opening=chunk_opening,
            base=self.base,
            updates=updates,
            entries=entries,
        )
        proof = court.proveWrongAggregate(self.contract.address, evidence.to_tuple(), salt)
        return steps, challenger.send(proof).gas_used

    def reveal_all(self, trainers: list[TransactionSender]) -> tuple[list[FetchedVector], list[Any]]:
        updates, entries, reveals = [], [], []
        task, base = self.contract.task.functions, self.contract.base_model()
        for index, trainer in enumerate(trainers):
            vector, salt = self.vector(1 << 12), Bytes32(index.to_bytes(32, "big"))
            sealed = seal_vector(vector, self.update_form)
            tree = MerkleSumTree.build(vector)
            sums = tuple(node.sum for node in tree.nodes(0, 0, self.form.chunks))
            updates.append(FetchedVector(vector=vector, sums=sums, root=sealed.root, lies=()))
            entries.append((trainer.address, 100 + index, sealed.commitment))
            self.watch.refresh()
            digest = self.watch.digest_of(
                round_=1,
                attempt=0,
                trainer=trainer.address,
                commitment=sealed.commitment,
                content_id=Bytes32(bytes(32)),
                samples=100 + index,
                milliseconds=MILLISECONDS,
                salt=salt,
            )
            assert base
            trainer.send(task.commitUpdate(self.contract.clock().turn, digest))
            reveals.append(
                (sealed.root.hash, sealed.root.sum, bytes(32), report_of(100 + index, MILLISECONDS), salt)
            )
        for trainer, fields in zip(trainers, reveals, strict=True):
            trainer.send(task.revealUpdate(*fields))
        for trainer in trainers:
            trainer.send(task.attestUpdates((1 << len(trainers)) - 1))
        return updates, entries

    def dissect(
        self,
        sealer: TransactionSender,
        challenger: TransactionSender,
        wrong: np.ndarray,
        tree: MerkleSumTree,
        right: np.ndarray,
        steps: dict[str, int],
    ) -> bytes:
        court, task = self.contract.court.functions, self.contract.address
        side = Dissection(form=self.form, mine=MerkleSumTree.build(right))
        for turn in range(1, 5):
            dispute = self.contract.dispute()
            if dispute.step is Step.CHUNK:
                break
            opened = answer_nodes(tree, dispute.level, dispute.position)
            current = (opened.current.hash, opened.current.sum)
            steps[f"answerNodes {turn}"] = sealer.send(
                court.answerNodes(task, current, opened.nodes)
            ).gas_used
            place, node, path = side.pick(dispute.level, dispute.position, parse_nodes(opened.nodes))
            siblings = b"".join(bytes(one) for one in path)
            picked = court.pickNode(task, place, (node.hash, node.sum), siblings)
            steps[f"pickNode {turn}"] = challenger.send(picked).gas_used
        index = self.contract.dispute().position
        leaf, chunk = answer_chunk(wrong, tree, index)
        steps["answerChunk"] = sealer.send(court.answerChunk(task, (leaf.hash, leaf.sum), chunk)).gas_used
        return side.opening(leaf.sum, chunk)
