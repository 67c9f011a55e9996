"""What weighing rules read beside updates, as its events tell it: tables, trusted vectors, reputations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from eth_utils.address import to_checksum_address

from fl_client.encoding import Node
from fl_client.types import Address, Bytes32

NO_TRUST = Bytes32(bytes(32))
"""In place of a commitment: the round has no trusted vector."""

TableKey = tuple[int, Bytes32, Bytes32]
"""What a table is for: round, running hash of the updates, commitment of the round's trusted vector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedTable:
    """A table of squared distances as somebody posted it.

    Attributes:
        poster: who answers for it, if it proposes.
        round: for which round.
        set_hash: running hash of the updates that it is of.
        trust: commitment of the round's trusted vector at that time; 32 zero bytes for none.
        data: 16 bytes an entry.
    """

    poster: Address
    round: int
    set_hash: Bytes32
    trust: Bytes32
    data: bytes = field(repr=False)

    @property
    def key(self) -> TableKey:
        """What it is for: it stands for nothing else."""
        return self.round, self.set_hash, self.trust


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedInputs:
    """What a task's owner gave to a round.

    Attributes:
        trust: commitment of the trusted vector; 32 zero bytes for none.
        trust_root: of its tree.
        trust_content: content id of its bytes.
        reputations: by account; whoever is not listed has none.
        listed: the same, in the order in which they were posted.
    """

    trust: Bytes32 = NO_TRUST
    trust_root: Node = field(default_factory=lambda: Node(hash=bytes(32), sum=0))
    trust_content: Bytes32 = NO_TRUST
    listed: tuple[tuple[Address, int], ...] = ()

    @property
    def reputations(self) -> Mapping[Address, int]:
        """By account."""
        return MappingProxyType(dict(self.listed))


NO_INPUTS = PostedInputs()
"""Of a round to which the owner gave nothing."""


class TableLedger:
    """The latest table of each account, and the inputs of each round.

    A table counts as of the proposal that it stands behind: ``TaskLedger`` keeps it with that.
    """

    def __init__(self) -> None:
        self._tables: dict[Address, PostedTable] = {}
        self._inputs: dict[int, PostedInputs] = {}

    def inputs_of(self, number: int) -> PostedInputs:
        """What a round was given."""
        return self._inputs.get(number, NO_INPUTS)

    def has_inputs(self, number: int) -> bool:
        """Whether a round was given anything: it is given once."""
        return number in self._inputs

    def table_of(self, poster: Address, number: int, set_hash: Bytes32) -> PostedTable | None:
        """The table that stands for an account and this set; None where it has posted none, or one for another."""
        found = self._tables.get(poster)
        key = (number, set_hash, self.inputs_of(number).trust)
        return found if found is not None and found.key == key else None

    def latest_of(self, poster: Address) -> PostedTable | None:
        """The latest table of an account, whatever it is for."""
        return self._tables.get(poster)

    def table_posted(self, args: Any) -> None:
        """Take ``TablePosted`` over."""
        self._tables[args["poster"]] = PostedTable(
            poster=args["poster"],
            round=args["round"],
            set_hash=Bytes32(bytes(args["setHash"])),
            trust=Bytes32(bytes(args["trust"])),
            data=bytes(args["table"]),
        )

    def inputs_posted(self, args: Any) -> None:
        """Take ``InputsPosted`` over."""
        hash_, total = _fields(args["trustRoot"], "hash", "sum")
        listed = (_fields(one, "trainer", "reputation") for one in args["reputations"])
        self._inputs[args["round"]] = PostedInputs(
            trust=Bytes32(bytes(args["trust"])),
            trust_root=Node(hash=bytes(hash_), sum=total),
            trust_content=Bytes32(bytes(args["trustContent"])),
            listed=tuple((Address(to_checksum_address(who)), count) for who, count in listed),
        )


def _fields(struct: Any, *names: str) -> tuple[Any, ...]:
    """A struct's fields, whichever way they were decoded."""
    return tuple(struct[name] for name in names) if isinstance(struct, Mapping) else tuple(struct)
