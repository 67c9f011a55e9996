"""From settings to a store."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fl_client.errors import ConfigError
from fl_client.storage.addresses import Address
from fl_client.storage.local import LocalStore
from fl_client.storage.store import ContentStore


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where content is kept.

    Attributes:
        folder: a folder on this machine; everything lies there.
        ipfs: RPC endpoints of IPFS daemons, each a multiaddr or an ``http(s)://`` URL, in the order they are asked.
            May hold keys (``https://user:password@host``, ``https://:token@host``) and so is not shown.
        gateways: read-only trustless gateways as URLs, asked after the daemons. Not shown either.
        timeout_seconds: one request for a block, and the longest silence of any.
        transfer_seconds: one whole put or get, every retry included.
        attempts: how often an endpoint that may do better a moment later is asked.
        rest_seconds: how long an endpoint that failed is asked last.

    >>> "secret" in repr(StoreSettings(folder=Path("store"), ipfs=("https://:secret@ipfs.example",)))
    False
    """

    folder: Path
    ipfs: tuple[str, ...] = field(default=(), repr=False)
    gateways: tuple[str, ...] = field(default=(), repr=False)
    timeout_seconds: float = 30.0
    transfer_seconds: float = 300.0
    attempts: int = 3
    rest_seconds: float = 60.0

    def __post_init__(self) -> None:
        for text in (*self.ipfs, *self.gateways):
            Address.parse(text)
        for name in ("timeout_seconds", "transfer_seconds", "rest_seconds"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ConfigError(f"{name} is {getattr(self, name)}: it must be a finite number above 0")
        if self.attempts < 1:
            raise ConfigError(f"attempts is {self.attempts}: it must be at least 1")


def open_store(settings: StoreSettings) -> ContentStore:
    """Open the store that the settings describe; nothing is sent yet.

    Returns:
        A ``LocalStore`` where no endpoint is named, a ``LayeredStore`` otherwise.

    Raises:
        StorageError: the folder cannot be made.
    """
    local = LocalStore(settings.folder)
    if not settings.ipfs and not settings.gateways:
        return local
    # The IPFS client brings a good deal with it, which a store in a folder does not need.
    from fl_client.storage.ipfs import IpfsStore
    from fl_client.storage.layered import LayeredStore
    from fl_client.storage.patience import Patience
    from fl_client.storage.sources import Gateway, KuboDaemon

    remote = IpfsStore(
        [KuboDaemon(Address.parse(text)) for text in settings.ipfs],
        [Gateway(Address.parse(text)) for text in settings.gateways],
        patience=Patience(
            request_seconds=settings.timeout_seconds,
            transfer_seconds=settings.transfer_seconds,
            attempts=settings.attempts,
            rest_seconds=settings.rest_seconds,
        ),
    )
    return LayeredStore(local, remote)
