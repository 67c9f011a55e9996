"""The three results of an audit: agrees, differs and where first, cannot be checked and from where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fl_client.chain import Connection
from fl_client.types import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedAway:
    """An accepted update that counts for nothing in its round's model."""

    round: int
    trainer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """What an audit found.

    Attributes:
        rounds_checked: rounds whose every statement was recomputed and agrees.
        first_difference: where records and chain disagree first, and what; None if nowhere.
        unchecked: from where on something could not be recomputed, and why; None if nowhere.
        head: hash of the chain's latest block, 0x-prefixed; what the audit speaks about.
        task: the task's address.
        model_root: commitment of the last final model, 0x-prefixed.
        slashes: how many slashes were checked against their evidence.
        rule: by which it was recomputed, as a user writes it; None if it is not known here.
        weighed_away: the accepted updates of final rounds that the rule gave no part in the model.
        works: how many proofs of work were recomputed.
        last_block: hash of the last final round's block, 0x-prefixed (docs/protocol.md, "The round block").
    """

    rounds_checked: int
    first_difference: str | None
    unchecked: str | None
    head: str
    task: str | None = None
    model_root: str | None = None
    slashes: int = 0
    rule: str | None = None
    weighed_away: tuple[WeighedAway, ...] = ()
    works: int = 0
    last_block: str | None = None

    @property
    def passed(self) -> bool:
        """Whether everything was checked and agrees."""
        return self.first_difference is None and self.unchecked is None

    @property
    def exit_code(self) -> int:
        """0 agrees, 1 differs, 2 cannot be checked."""
        if self.first_difference is not None:
            return 1
        return 0 if self.unchecked is None else 2

    def to_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return {
            "passed": self.passed,
            "rounds_checked": self.rounds_checked,
            "first_difference": self.first_difference,
            "unchecked": self.unchecked,
            "head": self.head,
            "task": self.task,
            "model_root": self.model_root,
            "slashes_checked": self.slashes,
            "rule": self.rule,
            "weighed_away": [{"round": one.round, "trainer": one.trainer} for one in self.weighed_away],
            "works_checked": self.works,
            "last_block": self.last_block,
        }


def head_of(connection: Connection) -> str:
    """Hash of the latest block, 0x-prefixed."""
    return "0x" + connection.head()[1].hex()


def lacking(connection: Connection, task: Address, head: bytes | None) -> AuditResult | None:
    """What an audit says at once of a chain that does not contain the block that it must; None if it does."""
    if head is None or connection.contains(head):
        return None
    return AuditResult(
        rounds_checked=0,
        first_difference=f"chain: it has no block 0x{head.hex()}, it is another one or was replaced",
        unchecked=None,
        head=head_of(connection),
        task=task,
    )
