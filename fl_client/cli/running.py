"""What every command does that runs a role until a task has ended."""

from __future__ import annotations

import logging
import signal
from types import FrameType

from fl_client.cli.reporting import Diary
from fl_client.errors import StorageError
from fl_client.storage import ContentStore
from fl_client.storage.layered import LayeredStore

_log = logging.getLogger(__name__)


def rest(store: ContentStore, diary: Diary) -> None:
    """Between two steps: what no daemon took is offered again."""
    if isinstance(store, LayeredStore):
        try:
            store.republish()
        except StorageError as problem:
            _log.warning("%s", problem)
    diary.idle()


def stop_politely() -> None:
    """A service manager's SIGTERM ends a role as Ctrl-C does: between two writes, not within one."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
