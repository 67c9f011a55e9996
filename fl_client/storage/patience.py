"""How long endpoints are waited for, how often they are asked, and which one is asked first."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, TypeVar

from fl_client.errors import ConfigError, ContentMissing, StorageError
from fl_client.storage.limits import Fault, Limits, NotHere
from fl_client.storage.sources import Source

_log = logging.getLogger(__name__)

_LONGEST_PAUSE_SECONDS: Final = 10.0

AnySource = TypeVar("AnySource", bound=Source)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """What a store may spend on its endpoints.

    Attributes:
        request_seconds: one request for a block, and the longest silence of any.
        transfer_seconds: one whole ``put``, ``get`` or ``has``, every retry included.
        attempts: rounds over the endpoints that may do better a moment later, >= 1.
        pause_seconds: upper end of the first random pause between rounds; it doubles each time.
        rest_seconds: how long an endpoint that failed is asked last.
    """

    request_seconds: float = 30.0
    transfer_seconds: float = 300.0
    attempts: int = 3
    pause_seconds: float = 0.5
    rest_seconds: float = 60.0

    def __post_init__(self) -> None:
        for name in ("request_seconds", "transfer_seconds", "pause_seconds", "rest_seconds"):
            value = getattr(self, name)
            if not 0 < value < math.inf:
                raise ConfigError(f"{name} is {value}: it must be a finite number above 0")
        if self.attempts < 1:
            raise ConfigError(f"attempts is {self.attempts}: it must be at least 1")

    def deadline(self) -> float:
        """When a transfer that starts now must be over, by ``time.monotonic``."""
        return time.monotonic() + self.transfer_seconds

    def for_request(self, until: float) -> Limits:
        """The limits of one short request of a transfer."""
        return Limits(
            until=min(until, time.monotonic() + self.request_seconds), silence_seconds=self.request_seconds
        )

    def for_upload(self, until: float) -> Limits:
        """The limits of a request that carries a whole content: only its silences are short."""
        return Limits(until=until, silence_seconds=self.request_seconds)


class Asking:
    """Asks endpoints in order until one answers, and remembers which ones did not."""

    def __init__(self, patience: Patience, random: Random) -> None:
        """
        Args:
            patience: times and numbers.
            random: spreads the retries of many clients.
        """
        self._patience = patience
        self._random = random
        self._resting: dict[str, float] = {}

    def first(
        self,
        sources: Sequence[AnySource],
        question: Callable[[AnySource], Answer],
        *,
        what: str,
        until: float,
    ) -> tuple[AnySource, Answer]:
        """The first answer, with the endpoint that gave it.

        Args:
            sources: in the order of preference.
            question: asks one of them.
            what: what could not be done if all fail, for the error.
            until: when the transfer is over, by ``time.monotonic``.

        Raises:
            ContentMissing: every endpoint answered that it does not have it.
            StorageError: none answered as it should; the message says what each did.
        """
        faults: dict[str, Fault] = {}
        waiting = self.in_order(sources)
        for attempt in range(self._patience.attempts):
            if attempt and not self._pause(attempt, until):
                break
            again = []
            for source in waiting:
                if time.monotonic() >= until:
                    faults.setdefault(source.name, Fault("was not asked: the time was over"))
                    continue
                try:
                    answer = question(source)
                except Fault as fault:
                    self.note(source, fault)
                    faults[source.name] = fault
                    if fault.again:
                        again.append(source)
                else:
                    self._resting.pop(source.name, None)
                    return source, answer
            waiting = again
            if not waiting or time.monotonic() >= until:
                break
        raise failure(what, faults)

    def in_order(self, sources: Sequence[AnySource]) -> list[AnySource]:
        """The endpoints, those last that failed a short while ago."""
        now = time.monotonic()
        return sorted(sources, key=lambda source: self._resting.get(source.name, 0.0) > now)

    def note(self, source: Source, fault: Fault) -> None:
        """Remember what an endpoint did."""
        _log.debug("%s %s", source.name, fault)
        if fault.blame:
            self._resting[source.name] = time.monotonic() + self._patience.rest_seconds

    def _pause(self, attempt: int, until: float) -> bool:
        """Wait before the next round; false when the transfer would be over by then."""
        longest = min(self._patience.pause_seconds * 2 ** (attempt - 1), _LONGEST_PAUSE_SECONDS)
        pause = self._random.uniform(longest / 2, longest)
        if time.monotonic() + pause >= until:
            return False
        time.sleep(pause)
        return True


def failure(what: str, faults: dict[str, Fault]) -> StorageError:
    """One line that says what each endpoint did."""
    if not faults:
        return StorageError(f"{what}: no endpoint is named that could")
    if all(isinstance(fault, NotHere) for fault in faults.values()):
        return ContentMissing(
            f"{what}: {', '.join(faults)} {'do' if len(faults) > 1 else 'does'} not have it"
        )
    return StorageError(f"{what}: " + "; ".join(f"{name} {fault}" for name, fault in faults.items()))
