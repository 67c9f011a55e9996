"""Parties that lie, for tests of more than one folder."""

from fl_client.roles.party import Party


class WrongSum(Party):
    """Says that the sum is another, whenever it is its turn."""

    def sum_root(self, root: bytes) -> bytes:
        return bytes([root[0] ^ 1]) + root[1:]
