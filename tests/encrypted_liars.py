"""Parties that lie, or let liars be, for tests of more than one module."""

from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.roles.party import Party


class WrongSum(Party):
    """Says that the sum is another, whenever it is its turn."""

    def sum_root(self, root: bytes) -> bytes:
        return bytes([root[0] ^ 1]) + root[1:]


class Unrefusing(Party):
    """Asks, and never refuses."""

    def refuse(self, phase: EncryptedPhase) -> str | None:
        return None
