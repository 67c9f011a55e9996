"""Content in a folder: one file per block, named by its CID."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from fl_client.errors import ContentAltered, ContentMissing, StorageError
from fl_client.storage.cid import Codec, ContentId
from fl_client.storage.unixfs import Block, Child, build_blocks, children_of, plan, read_content

try:
    import fcntl
except ImportError:  # not on every system: there nobody can tell who writes
    fcntl = None  # type: ignore[assignment]

_log = logging.getLogger(__name__)

_ANY_SIZE: Final = 2**63
"""No cap: listing blocks reads only nodes, whose number the files at hand bound."""


class LocalStore:
    """A content store in one folder, safe for several processes at a time.

    A block is written to a temporary file and renamed, so that a reader sees all of it or nothing;
    children are written before the nodes that link to them, so that a root that is here is whole.
    """

    def __init__(self, folder: Path | str) -> None:
        """Open the store, making the folder where it is missing.

        Raises:
            StorageError: the folder cannot be made.
        """
        self._folder = Path(folder)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StorageError(f"cannot make the store {self._folder}: {problem.strerror}") from problem

    @property
    def folder(self) -> Path:
        """Where the blocks are."""
        return self._folder

    def put(self, data: bytes) -> ContentId:
        """Keep content; bytes that are here already and sound are left alone.

        Raises:
            StorageError: the disk refused a block.
        """
        root: ContentId | None = None
        try:
            with self._locked(exclusively=False):
                for block in build_blocks(data):
                    self._write(block)
                    root = block.content_id
                self._sync_folder()
        except OSError as problem:
            raise StorageError(
                f"cannot write to the store {self._folder}: {problem.strerror}; free space or choose another"
            ) from problem
        assert root is not None  # every content has at least one block
        _log.debug("kept %s", root)
        return root

    def get(self, content_id: ContentId, *, max_bytes: int) -> bytes:
        """Read content, checking each block's digest and its place in the tree.

        Raises:
            ContentMissing: a block is not here; the message names it.
            ContentAltered: a block was changed; the message names it.
            StorageError: the content is longer than ``max_bytes``.
        """
        return read_content(content_id, self._read, max_bytes=max_bytes)

    def has(self, content_id: ContentId) -> bool:
        """Tell whether every block of a content is here, without reading the leaves."""
        try:
            return all(self._path(block).is_file() for block in self.blocks_of(content_id))
        except (ContentMissing, ContentAltered):
            return False

    def blocks_of(self, content_id: ContentId) -> tuple[ContentId, ...]:
        """List a content's blocks, nodes before their children, leaves in file order.

        Raises:
            ContentMissing: a node is not here (leaves are listed whether or not they are).
            ContentAltered: a node was changed.
        """
        if content_id.codec is Codec.RAW:
            return (content_id,)
        parts = plan(content_id, self._read, max_bytes=_ANY_SIZE)
        return tuple(part.content_id if isinstance(part, Child) else part for part in parts)

    def find(self, digest: bytes, size: int) -> ContentId:
        """Complete a digest from the chain to an id of content that is here.

        Args:
            digest: 32 bytes, sha2-256 of the root block.
            size: length of the content in bytes.

        Returns:
            The id.

        Raises:
            ContentMissing: some block of it is not here.
        """
        content_id = ContentId.from_digest(digest, size)
        if not self.has(content_id):
            raise ContentMissing(f"{content_id} ({size} bytes) is not in {self._folder}: fetch it first")
        return content_id

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other process from writing, for whoever takes blocks away.

        Raises:
            StorageError: a process is writing just now.
        """
        try:
            with self._locked(exclusively=True):
                yield
        except BlockingIOError as problem:
            raise StorageError(
                f"another process is writing to the store {self._folder}: try again when it has finished"
            ) from problem

    def children(self, content_id: ContentId) -> tuple[ContentId, ...]:
        """List the blocks that one block links to.

        Raises:
            ContentMissing: the block is not here.
            ContentAltered: it was changed.
        """
        return tuple(child.content_id for child in children_of(content_id, self._read))

    def sizes(self) -> dict[str, int]:
        """The name and length in bytes of every file in the folder, blocks or not."""
        return {path.name: path.stat().st_size for path in self._folder.iterdir() if path.is_file()}

    def remove(self, name: str) -> None:
        """Take one file out of the folder; one that is gone already is no error.

        Raises:
            StorageError: the disk refused.
        """
        path = self._folder / name
        try:
            path.unlink(missing_ok=True)
        except OSError as problem:
            raise StorageError(f"cannot delete {path}: {problem.strerror}") from problem

    @contextmanager
    def _locked(self, *, exclusively: bool) -> Iterator[None]:
        """A lock on the folder itself, which ends with the process: writers share it, whoever prunes does not."""
        if fcntl is None:
            yield
            return
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB if exclusively else fcntl.LOCK_SH)
            yield
        finally:
            os.close(handle)

    def _path(self, content_id: ContentId) -> Path:
        return self._folder / content_id.cid

    def _read(self, content_id: ContentId, limit: int) -> bytes:
        """At most one byte more than the limit: enough for the caller to see that it was passed."""
        path = self._path(content_id)
        try:
            with path.open("rb") as file:
                data = file.read(limit + 1)
        except FileNotFoundError as problem:
            raise ContentMissing(
                f"{content_id} is not in {self._folder}: fetch it from a peer or another store"
            ) from problem
        except OSError as problem:
            raise StorageError(f"cannot read {path}: {problem.strerror}") from problem
        return data

    def _write(self, block: Block) -> None:
        path = self._path(block.content_id)
        with suppress(FileNotFoundError):
            if path.stat().st_size == len(block.data) and path.read_bytes() == block.data:
                return
        handle, name = tempfile.mkstemp(prefix=".new-", dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(block.data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(name)
            raise

    def _sync_folder(self) -> None:
        """Make the renames themselves last; a folder cannot be opened for this on every system."""
        with suppress(PermissionError):
            handle = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
