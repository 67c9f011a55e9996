"""A folder in front of IPFS: bytes are safe on the disk before they travel, and stay there once they were checked."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path
from typing import Final

from fl_client.errors import ContentAltered, ContentMissing, ContentUnpublished, StorageError
from fl_client.storage.cid import ContentId
from fl_client.storage.ipfs import IpfsStore
from fl_client.storage.local import LocalStore

_log = logging.getLogger(__name__)

_UNPUBLISHED: Final = ".unpublished"
_ANY_SIZE: Final = 2**63
"""No cap: what is published again lies on this disk already."""


class LayeredStore:
    """A content store in a folder that is filled from IPFS and published to it.

    A content that no daemon took yet has an empty file of its name in ``.unpublished`` below the folder, written
    before the first attempt, so that a stopped process forgets none.
    """

    def __init__(self, local: LocalStore, remote: IpfsStore) -> None:
        """
        Args:
            local: asked first; keeps everything.
            remote: everything is published to it, unless it only reads.
        """
        self._local = local
        self._remote = remote

    @property
    def local(self) -> LocalStore:
        """The folder, for pruning."""
        return self._local

    @property
    def remote(self) -> IpfsStore:
        """The endpoints, for pinning and unpinning."""
        return self._remote

    def put(self, data: bytes) -> ContentId:
        """Keep content in the folder, then publish it; putting it again tries again.

        Raises:
            ContentUnpublished: it is safe in the folder, but no daemon took it; the message says what each did.
            StorageError: the disk refused it; nothing was sent.
        """
        content_id = self._local.put(data)
        if self._remote.writable:
            self._remember(content_id)
            self._publish(content_id, data)
        return content_id

    def get(self, content_id: ContentId, *, max_bytes: int) -> bytes:
        """Read content from the folder, or fetch it and keep it there; a damaged copy is fetched anew.

        Raises:
            ContentMissing: it is neither in the folder nor at any endpoint.
            ContentAltered: the id names something that is no content of this kind.
            StorageError: it is longer than ``max_bytes``, or no endpoint sent it; the message says what each did.
        """
        try:
            return self._local.get(content_id, max_bytes=max_bytes)
        except ContentMissing:
            pass
        except ContentAltered as damage:
            _log.warning("%s; it is fetched anew", damage)
        data = self._remote.get(content_id, max_bytes=max_bytes)
        try:
            self._local.put(data)
        except StorageError as full:
            _log.warning("%s was fetched but not kept: %s", content_id, full)
        return data

    def has(self, content_id: ContentId) -> bool:
        """Tell whether every block is in the folder, or in the repository of a daemon by its own word.

        Raises:
            StorageError: it is not in the folder, no daemon has it, and some could not be asked.
        """
        return self._local.has(content_id) or self._remote.has(content_id)

    def unpublished(self) -> tuple[ContentId, ...]:
        """The contents that are in the folder but that no daemon took yet."""
        folder = self._local.folder / _UNPUBLISHED
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        found = []
        for name in names:
            with suppress(StorageError):  # whatever else somebody put there
                found.append(ContentId.parse(name))
        return tuple(found)

    def republish(self) -> tuple[ContentId, ...]:
        """Publish what could not be published before; the first content that no daemon takes ends it.

        Returns:
            What was published now.

        Raises:
            ContentUnpublished: no daemon took one of them; those before it are published.
            ContentAltered: the folder's copy of one was damaged.
        """
        done = []
        for content_id in self.unpublished() if self._remote.writable else ():
            try:
                data = self._local.get(content_id, max_bytes=_ANY_SIZE)
            except ContentMissing:
                _log.warning("%s was pruned before it was published", content_id)
                self._forget(content_id)
                continue
            self._publish(content_id, data)
            done.append(content_id)
        return tuple(done)

    def close(self) -> None:
        """Let go of all connections; the store can still be used."""
        self._remote.close()

    def _publish(self, content_id: ContentId, data: bytes) -> None:
        try:
            self._remote.put(data)
        except StorageError as problem:
            raise ContentUnpublished(
                f"{content_id} is safe in {self._local.folder} but not published, so that others cannot fetch it "
                f"yet: {problem}; put it again or call republish"
            ) from problem
        self._forget(content_id)

    def _marker(self, content_id: ContentId) -> Path:
        return self._local.folder / _UNPUBLISHED / content_id.cid

    def _remember(self, content_id: ContentId) -> None:
        path = self._marker(content_id)
        try:
            path.parent.mkdir(exist_ok=True)
            path.touch()
        except OSError as problem:
            raise StorageError(
                f"cannot write {path}: {problem.strerror}; free space or choose another"
            ) from problem

    def _forget(self, content_id: ContentId) -> None:
        path = self._marker(content_id)
        try:
            path.unlink(missing_ok=True)
        except OSError as problem:
            raise StorageError(f"cannot delete {path}: {problem.strerror}") from problem
