"""An asset of a dozen blocks, announced by an account that anybody can derive."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from fl_client.assets import (
    BLOCK_BYTES,
    NONCE,
    Announcement,
    AssetData,
    Challenge,
    Holding,
    Keywords,
    Possession,
    prove_possession,
)
from fl_client.chain import Account, demo_account

BLOCKS = 12
COUNT = 4
CHAIN = 31337


@dataclass(frozen=True, kw_only=True)
class Held:
    """Everything that the holder has."""

    path: Path
    signer: Account
    holding: Holding
    announcement: Announcement

    def prove(self, challenge: Challenge) -> Possession:
        return prove_possession(self.announcement, self.holding, AssetData(self.path), challenge, self.signer)


def nonce(number: int, count: int = COUNT) -> Challenge:
    return Challenge(kind=NONCE, value=number.to_bytes(32, "big"), count=count)


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    path = tmp_path_factory.mktemp("asset") / "data.bin"
    path.write_bytes(random.Random(7).randbytes(BLOCKS * BLOCK_BYTES - 100))
    signer, data = demo_account(7, 0), AssetData(path)
    holding = Holding.of(data)
    words = Keywords(size=data.size, format="raw", topic="noise", description="of a test")
    return Held(
        path=path,
        signer=signer,
        holding=holding,
        announcement=holding.announce(signer, CHAIN, words),
    )
