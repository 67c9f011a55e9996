"""Who was asked for bytes that it vouched for, and what became of it, as the events tell it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fl_client.chain.contracts import Question
from fl_client.types import Address, Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedChunk:
    """A question and its end; `bond` and `fee` in 1e-18 coin, `deadline` in seconds since 1970.

    Attributes:
        shown: whether the chunk was shown; None while the question is open.
        fee: what the attester got for it.
        charged: whether the attester lost the round's reward by this very question.
    """

    question: Question
    asker: Address
    bond: int
    deadline: int
    shown: bool | None = None
    fee: int = 0
    charged: bool = False


class QuestionLedger:
    """All questions of one task.

    Attributes:
        asked: in the order in which they were asked.
        charges: those by which an attester lost a round's reward, in the order of these losses.
    """

    def __init__(self) -> None:
        self.asked: list[AskedChunk] = []
        self.charges: list[AskedChunk] = []

    @property
    def open(self) -> tuple[AskedChunk, ...]:
        """Those that are neither answered nor struck."""
        return tuple(one for one in self.asked if one.shown is None)

    def of_round(self, number: int) -> tuple[AskedChunk, ...]:
        """Those about a round."""
        return tuple(one for one in self.asked if one.question.round == number)

    def is_charged(self, attester: Address, number: int) -> bool:
        """Whether an attester has lost its reward of a round."""
        return any((one.question.attester, one.question.round) == (attester, number) for one in self.charges)

    def chunk_asked(self, args: Any) -> None:
        """Take ``ChunkAsked`` over."""
        self.asked.append(
            AskedChunk(
                question=_question(args), asker=args["asker"], bond=args["bond"], deadline=args["deadline"]
            )
        )

    def chunk_shown(self, args: Any) -> None:
        """Take ``ChunkShown`` over."""
        self._end(_question(args), shown=True, fee=args["fee"], charged=False)

    def chunk_withheld(self, args: Any) -> None:
        """Take ``ChunkWithheld`` over."""
        self._end(_question(args), shown=False, fee=0, charged=args["charged"])

    def _end(self, question: Question, *, shown: bool, fee: int, charged: bool) -> None:
        # The same may be asked again once it is answered: the open one is meant.
        for place, one in enumerate(self.asked):
            if one.question == question and one.shown is None:
                self.asked[place] = replace(one, shown=shown, fee=fee, charged=charged)
                if charged:
                    self.charges.append(self.asked[place])


def _question(args: Any) -> Question:
    return Question(
        round=args["round"],
        attester=args["attester"],
        commitment=Bytes32(bytes(args["commitment"])),
        chunk=args["chunk"],
    )
