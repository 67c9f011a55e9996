"""What every store of content can do."""

from __future__ import annotations

from typing import Protocol

from fl_client.storage.cid import ContentId


class ContentStore(Protocol):
    """Keeps content under the id that its bytes imply."""

    def put(self, data: bytes) -> ContentId:
        """Keep content.

        Args:
            data: any length.

        Returns:
            Its id; the same bytes always get the same one.

        Raises:
            StorageError: the bytes could not be kept.
        """
        ...

    def get(self, content_id: ContentId, *, max_bytes: int) -> bytes:
        """Fetch content and check it against its id.

        Args:
            content_id: what to fetch.
            max_bytes: longest content that is accepted, checked before the bytes are read.

        Returns:
            The content.

        Raises:
            ContentMissing: it, or a part of it, is not here.
            ContentAltered: what is here is something else.
            StorageError: it is longer than ``max_bytes``.
        """
        ...

    def has(self, content_id: ContentId) -> bool:
        """Tell whether every block of a content is here; ``get`` also checks the bytes."""
        ...
