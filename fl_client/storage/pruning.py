"""Taking content out of a store: what nobody needs any more, never what somebody does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fl_client.errors import ContentAltered, ContentMissing
from fl_client.storage.cid import Codec, ContentId
from fl_client.storage.local import LocalStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was, or would be, taken out of a store.

    Attributes:
        store: its folder.
        kept_bytes, freed_bytes, unknown_bytes: of blocks that are needed, that went, and whose purpose nobody told;
            the latter stay, unless they were to go and are among the freed ones.
        kept_blocks, freed_blocks, unknown_blocks: how many.
    """

    store: str
    kept_blocks: int
    kept_bytes: int
    freed_blocks: int
    freed_bytes: int
    unknown_blocks: int
    unknown_bytes: int

    def to_json(self) -> dict[str, Any]:
        """The object that `--json` prints for this store."""
        return {name: getattr(self, name) for name in self.__slots__}


def prune_store(
    store: LocalStore,
    *,
    needed: Iterable[ContentId],
    finished: Iterable[ContentId],
    all_unknown: bool = False,
    dry_run: bool = False,
) -> Pruned:
    """Take out every block of finished contents that no needed content shares.

    Leaves go before the nodes that link to them, roots last: whatever interrupts this, the next run still finds what
    is left.

    Args:
        needed: contents that must stay whole.
        finished: contents that may go; what is needed too stays.
        all_unknown: also take whatever belongs to neither, files that are no blocks included.
        dry_run: count, and leave everything.

    Returns:
        What went, or would go.

    Raises:
        StorageError: another process is writing to the store, or the disk refuses.
    """
    with store.alone():
        sizes = store.sizes()
        keep = {block.cid for block, _ in _blocks(store, needed)}
        depths: dict[str, int] = {}
        for block, depth in _blocks(store, finished):
            # As deep as it lies in any content: above it there is nothing of which it is the last trace.
            depths[block.cid] = max(depth, depths.get(block.cid, 0))
        going = [cid for cid in depths if cid in sizes and cid not in keep]
        # Raw blocks first, then nodes from the bottom up; within a level by name, so that runs are alike.
        going.sort(key=lambda cid: (not cid.startswith(_RAW), -depths[cid], cid))
        unknown = sorted(name for name in sizes if name not in keep and name not in depths)
        if all_unknown:
            going += unknown
        if not dry_run:
            for name in going:
                store.remove(name)
    return Pruned(
        store=str(store.folder),
        kept_blocks=sum(name in keep for name in sizes),
        kept_bytes=sum(size for name, size in sizes.items() if name in keep),
        freed_blocks=len(going),
        freed_bytes=sum(sizes[name] for name in going),
        unknown_blocks=0 if all_unknown else len(unknown),
        unknown_bytes=0 if all_unknown else sum(sizes[name] for name in unknown),
    )


_RAW = "bafk"
"""How the CIDv1 of a raw block begins; that of a node begins with bafy."""


def _blocks(store: LocalStore, contents: Iterable[ContentId]) -> list[tuple[ContentId, int]]:
    """Every block of these contents with its depth below the root, as far as nodes are here to tell."""
    found: list[tuple[ContentId, int]] = []
    seen: set[tuple[ContentId, int]] = set()
    waiting = [(content, 0) for content in contents]
    while waiting:
        block, depth = waiting.pop()
        if (block, depth) in seen:
            continue
        seen.add((block, depth))
        found.append((block, depth))
        if block.codec is Codec.RAW:
            continue
        try:
            waiting.extend((child, depth + 1) for child in store.children(block))
        except (ContentMissing, ContentAltered):
            # Gone with an earlier run, which took everything below first; or not what its name says.
            continue
    return found
