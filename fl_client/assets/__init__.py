"""Data that a participant announces without showing it, and proofs that it still has it."""

from __future__ import annotations

from fl_client.assets.announcement import ANNOUNCEMENT_BYTES, Announcement, Keywords, Signer
from fl_client.assets.challenge import BLOCK, NONCE, USUAL_COUNT, Challenge, detection
from fl_client.assets.data import BLOCK_BYTES, AssetData, block_count
from fl_client.assets.holding import Holding
from fl_client.assets.possession import PROOF_BYTES, Possession, check_possession, prove_possession

__all__ = [
    "ANNOUNCEMENT_BYTES",
    "BLOCK",
    "BLOCK_BYTES",
    "NONCE",
    "PROOF_BYTES",
    "USUAL_COUNT",
    "Announcement",
    "AssetData",
    "Challenge",
    "Holding",
    "Keywords",
    "Possession",
    "Signer",
    "block_count",
    "check_possession",
    "detection",
    "prove_possession",
]
