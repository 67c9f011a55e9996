"""Where a run's time goes: every second is booked once, under the innermost name that is open."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fl_client.roles import Aggregator, Auditor, Trainer
from fl_client.simulation import Federation

REST = "chain, roles and everything else"
AUDITOR = "auditor"


class Stopwatch:
    """Books seconds by name while `running`."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._open: list[str] = []
        self._since = 0.0

    @classmethod
    def of_federation(cls, federation: Federation) -> "Stopwatch":
        """Watch a federation's members; whatever is done for the auditor is the auditor's."""
        watch = cls()
        watch.wrap(federation.store, "put", "storing")
        watch.wrap(federation.store, "get", "fetching")
        watch.wrap(federation.verified, "fetch", "decoding and verifying what was fetched")
        watch.wrap(federation.model, "evaluate", "evaluation")
        for member in federation.members:
            role: Any = member.participant
            if isinstance(role, Auditor):
                watch.wrap(role, "step", AUDITOR)
            if isinstance(role, Trainer):
                watch.wrap(role.learner, "update", "flattening and quantising")
                watch.wrap(role.learner, "train", "learning")
                watch.wrap(role, "seal", "encoding and committing")
                watch.wrap(role.private, "put", "storing")
                watch.wrap(role.private, "get", "fetching")
            if isinstance(role, Aggregator):
                watch.wrap(role, "aggregate", "aggregating")
        return watch

    @property
    def total(self) -> float:
        """All seconds booked."""
        return sum(self.seconds.values())

    def wrap(self, owner: Any, method: str, name: str) -> None:
        """Book the time of an object's method under a name."""
        call = getattr(owner, method)

        def timed(*arguments: Any, **named: Any) -> Any:
            # Outside a run nothing is booked; inside the auditor everything is the auditor's.
            if not self._open or self._open[-1] == AUDITOR:
                return call(*arguments, **named)
            with self._booked(name):
                return call(*arguments, **named)

        setattr(owner, method, timed)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Book what happens inside; what is wrapped under its name, the rest as the rest."""
        self._since = time.perf_counter()
        with self._booked(REST):
            yield

    @contextmanager
    def _booked(self, name: str) -> Iterator[None]:
        self._turn()
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def _turn(self) -> None:
        now = time.perf_counter()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now
