"""Validators who judge for their own side, whatever the updates are worth."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from fl_client.review import UNAVAILABLE
from fl_client.roles import Validator
from fl_client.rounds import RoundRecord
from fl_client.types import Address

JUDGES: Final = 3
"""Validators of a federation that is attacked so; all of them are drawn in every round."""

BEST: Final = UNAVAILABLE - 1


@dataclass(slots=True)
class Pact:
    """Whose updates the colluders favour; filled in as the accounts are made."""

    trainers: list[Address] = field(default_factory=list)


class ColludingValidator(Validator):
    """Gives its side's updates the best score, and the others one just below the floor, as many as the quorum lets go.

    It leaves so many honest updates in that the round is not void: a round that is tried again pays nobody. No
    colluder looks at any update.
    """

    pact: Pact

    def scores(self, record: RoundRecord) -> list[int]:
        """See ``Validator.scores``."""
        assert self.ledger.board is not None
        accepted = self.ledger.board.reviews[record.turn].accepted_mask
        here = [one.index for one in record.reveals if accepted >> one.index & 1]
        own = [one.index for one in record.reveals if one.trainer in self.pact.trainers and one.index in here]
        others = [index for index in here if index not in own]
        spared = others[: max(0, self.contract.parameters.quorum - len(own))]
        return [self._score(one.index, own, spared, here) for one in record.reveals]

    def _score(self, index: int, own: Collection[int], spared: Collection[int], here: Collection[int]) -> int:
        terms = self.board.terms
        if index not in here:
            return UNAVAILABLE
        if index in own:
            return BEST
        return terms.floor if index in spared else max(0, terms.floor - 1)
