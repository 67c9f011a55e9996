"""Content by its hash: ids as IPFS computes them, and the stores that keep it."""

from __future__ import annotations

from fl_client.storage.cid import CHUNK_BYTES, Codec, ContentId
from fl_client.storage.local import LocalStore
from fl_client.storage.opening import StoreSettings, open_store
from fl_client.storage.pruning import Pruned, prune_store
from fl_client.storage.store import ContentStore

__all__ = [
    "CHUNK_BYTES",
    "Codec",
    "ContentId",
    "ContentStore",
    "LocalStore",
    "Pruned",
    "StoreSettings",
    "open_store",
    "prune_store",
]
