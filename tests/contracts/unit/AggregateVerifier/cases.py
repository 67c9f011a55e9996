"""A round of three updates and what proves one of its coordinates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests.contracts.openings import Vector
from tests.parity import reference

MODEL, UPDATE = 1, 2
FRACTION_BITS = 20
NOBODY, NOTHING = "0x" + 40 * "0", bytes(32)


def trainer(place: int) -> str:
    """Return a trainer's address."""
    return "0x" + bytes([place + 1] * 20).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that one aggregate is made of; ``model`` is what the sealer proposed."""

    rule: Any
    base: Vector
    updates: tuple[Vector, ...]
    weights: tuple[int, ...]
    model: Vector
    dimension: int = field(default=0)

    @property
    def length(self) -> int:
        """Number of coordinates of the task's model."""
        return self.dimension or self.base.dimension

    @property
    def right(self) -> list[int]:
        """The new model that the updates give."""
        columns = zip(*(update.values for update in self.updates), strict=True)
        return [
            reference.mean(column, self.weights, old)
            for column, old in zip(columns, self.base.values, strict=True)
        ]

    def with_model(self, values: list[int], sums: tuple[int, ...] | None = None) -> Case:
        """Return the same round with another proposal."""
        return replace(self, model=Vector(tuple(values), sums))

    def commitment(self, vector: Vector, kind: int) -> bytes:
        """Return the commitment to one of the vectors."""
        return reference.commitment(vector.root, self.length, kind, FRACTION_BITS)

    @property
    def entries(self) -> list[tuple[str, int, bytes]]:
        """The accepted set."""
        return [
            (trainer(place), weight, self.commitment(update, UPDATE))
            for place, (update, weight) in enumerate(zip(self.updates, self.weights, strict=True))
        ]

    @property
    def set_hash(self) -> bytes:
        """Running hash of the accepted set."""
        running = bytes(32)
        for entry in self.entries:
            running = keccak(encode(["bytes32", "address", "uint32", "bytes32"], [running, *entry]))
        return running

    def statement(self) -> tuple[Any, ...]:
        """Return what the proof is checked against."""
        model = self.commitment(self.model, MODEL)
        base = self.commitment(self.base, MODEL)
        weighing = (NOBODY, 0, len(self.updates), NOTHING, NOTHING, NOTHING)
        return (model, base, self.set_hash, self.length, FRACTION_BITS, self.rule.address, 0, *weighing)

    def proof(self, coordinate: int, **overrides: Any) -> tuple[Any, ...]:
        """Return the proof of one coordinate, with some parts replaced."""
        index = min(coordinate, self.length - 1) // 64
        parts = {
            "coordinate": coordinate,
            "entries": self.entries,
            "model_opening": self.model.opening(index),
            "base_opening": self.base.opening(index),
            "openings": [update.opening(index) for update in self.updates],
            "table": b"",
            "trust_root": (NOTHING, 0),
            "reputations": [],
        }
        return tuple((parts | overrides).values())


def make_case(rule: Any, dimension: int = 150) -> Case:
    """Return a round whose proposal is right."""
    base = Vector(tuple((-1) ** i * 1_000 * i for i in range(dimension)))
    updates = tuple(
        Vector(tuple((i * (7 + 4 * place)) % 401 - 200 for i in range(dimension))) for place in range(3)
    )
    case = Case(rule=rule, base=base, updates=updates, weights=(10, 600, 33), model=base)
    return case.with_model(case.right)
