"""Content on IPFS: put through the daemons that are named, fetched from them and from gateways, verified here."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from random import Random
from typing import Final

from fl_client.errors import ConfigError, ContentAltered, ContentMissing
from fl_client.storage.cid import Codec, ContentId
from fl_client.storage.limits import Fault, NotHere
from fl_client.storage.patience import Asking, Patience, failure
from fl_client.storage.sources import Gateway, KuboDaemon, Source
from fl_client.storage.unixfs import Child, build_blocks, plan, read_content

_log = logging.getLogger(__name__)

_ANY_SIZE: Final = 2**63
"""No cap: what a daemon holds is listed node by node, each one checked, within the time of a transfer."""


class IpfsStore:
    """A content store over several endpoints, none of which is trusted.

    Content comes block by block, each held against its id before the next one is asked for, so that an endpoint
    that fails in the middle is replaced by the next one there.
    """

    def __init__(
        self,
        daemons: Sequence[KuboDaemon],
        gateways: Sequence[Gateway] = (),
        *,
        patience: Patience | None = None,
        random: Random | None = None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            daemons: asked first, in this order; they also take what is put.
            gateways: asked after them.
            patience: times and numbers; the defaults of ``Patience`` otherwise.
            random: spreads the retries of many clients.

        Raises:
            ConfigError: neither a daemon nor a gateway is given.
        """
        if not daemons and not gateways:
            raise ConfigError("an IPFS store needs a daemon or a gateway: name one")
        self._daemons = tuple(daemons)
        self._sources: tuple[Source, ...] = (*daemons, *gateways)
        self._patience = patience or Patience()
        self._asking = Asking(self._patience, random or Random())

    @property
    def writable(self) -> bool:
        """Whether there is a daemon; gateways only read."""
        return bool(self._daemons)

    def put(self, data: bytes) -> ContentId:
        """Send content to the first daemon that takes it, which pins it.

        Raises:
            StorageError: none took it, or each stored it under another id; the message says what each did.
        """
        root = deque(build_blocks(data), maxlen=1)[0]  # the last one; the others need not stay in memory
        content_id, until = root.content_id, self._patience.deadline()
        daemon, _ = self._asking.first(
            self._daemons,
            lambda one: one.add(data, content_id, self._patience.for_upload(until)),
            what=f"cannot put {content_id} ({len(data)} bytes)",
            until=until,
        )
        _log.debug("%s keeps %s", daemon.name, content_id)
        return content_id

    def get(self, content_id: ContentId, *, max_bytes: int) -> bytes:
        """Fetch content, each block checked before it is used.

        Raises:
            ContentMissing: every endpoint answered that it does not have a block; the message names it.
            ContentAltered: the id names something that is no content of this kind, whoever sends it.
            StorageError: it is longer than ``max_bytes``, or no endpoint sent it; the message says what each did.
        """
        until = self._patience.deadline()
        favourite: list[Source] = []  # whoever had the last block has the next one too

        def read(block: ContentId, _limit: int) -> bytes:
            ordered = favourite + [
                one for one in self._asking.in_order(self._sources) if one not in favourite
            ]
            source, data = self._asking.first(
                ordered,
                lambda one: one.block(block, self._patience.for_request(until)),
                what=f"cannot get {block}" + ("" if block == content_id else f" of {content_id}"),
                until=until,
            )
            favourite[:] = [source]
            return data

        return read_content(content_id, read, max_bytes=max_bytes)

    def has(self, content_id: ContentId) -> bool:
        """Tell whether some daemon says that its own repository holds every block.

        Raises:
            StorageError: none says so, and some could not be asked.
        """
        until, faults = self._patience.deadline(), {}
        for daemon in self._asking.in_order(self._daemons):
            try:
                if self._holds(daemon, content_id, until):
                    return True
            except Fault as fault:
                self._asking.note(daemon, fault)
                faults[daemon.name] = fault
        if faults:
            raise failure(f"cannot tell where {content_id} is", faults)
        return False

    def pin(self, content_id: ContentId) -> None:
        """Have the first daemon that can keep a content that others put.

        Raises:
            ContentMissing: no daemon finds it.
            StorageError: none keeps it; the message says what each did.
        """
        until = self._patience.deadline()
        self._asking.first(
            self._daemons,
            lambda one: one.pin(content_id, self._patience.for_upload(until)),
            what=f"cannot pin {content_id}",
            until=until,
        )

    def unpin(self, content_id: ContentId) -> None:
        """Allow every daemon to drop a content; one that does not keep it is no error.

        Raises:
            StorageError: some daemon could not be told; the message says which.
        """
        until, faults = self._patience.deadline(), {}
        for daemon in self._daemons:
            try:
                daemon.unpin(content_id, self._patience.for_request(until))
            except Fault as fault:
                self._asking.note(daemon, fault)
                faults[daemon.name] = fault
        if faults:
            raise failure(f"cannot unpin {content_id}", faults)

    def close(self) -> None:
        """Let go of all connections; the store can still be used."""
        for source in self._sources:
            source.close()

    def _holds(self, daemon: KuboDaemon, content_id: ContentId, until: float) -> bool:
        """Walk a content's nodes at one daemon and ask it for each leaf."""
        limits = self._patience.for_request

        def read(block: ContentId, _limit: int) -> bytes:
            try:
                return daemon.own_block(block, limits(until))
            except NotHere as fault:
                raise ContentMissing(f"{daemon.name} {fault}") from None

        if content_id.codec is Codec.RAW:
            return daemon.holds(content_id, limits(until))
        try:
            parts = plan(content_id, read, max_bytes=_ANY_SIZE)
            return all(
                daemon.holds(part.content_id, limits(until)) for part in parts if isinstance(part, Child)
            )
        except (ContentMissing, ContentAltered):
            return False
