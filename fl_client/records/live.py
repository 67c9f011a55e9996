"""A task's page kept up to date: read as blocks come, audited anew when a round became final."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from fl_client.errors import GradbondError
from fl_client.records.history import AnyRecording
from fl_client.records.scores import Definition
from fl_client.records.subject import OpenSubject, Subject
from fl_client.records.task_facts import TaskFacts

_log = logging.getLogger(__name__)

POLL_SECONDS: Final = 6.0
"""Between two looks at a node. A look takes one request, or five where there is a new block and nothing in it."""

_LONGEST_WAIT: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is known at one moment.

    Attributes:
        page: as ``render_task`` takes it; another object only when it says something else.
        block, time: the latest block read and its stamp, seconds since 1970.
        looked_at: when that was on this machine, seconds since 1970.
        problem: why the node could not be read since then; None if it could.
    """

    page: dict[str, Any]
    block: int
    time: int
    looked_at: float
    problem: str | None = None


class LiveRecords:
    """Follows one task in a thread of its own, and audits it in another.

    The history is read once; afterwards only what is new. Used as a context: entering it reads everything so far.
    """

    def __init__(
        self,
        subject: Subject,
        definition: str | None = None,
        data_dir: Path | None = None,
        *,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._subject, self._named, self._data_dir = subject, definition, data_dir
        self._poll_seconds = poll_seconds
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._threads: list[threading.Thread] = []
        self._audit: dict[str, Any] | None = None
        self._audited: tuple[int, bool] | None = None
        self._auditing = False
        self._snapshot = Snapshot(page={}, block=-1, time=0, looked_at=0)
        self._shown: tuple[object, ...] | None = None

    def __enter__(self) -> LiveRecords:
        """Open the subject and read it.

        Raises:
            GradbondError: it cannot be opened or read, or the definition is another.
        """
        self._opened: OpenSubject = self._subject.open()
        self._definition: Definition | None = self._opened.definition(self._named, self._data_dir)
        self._begin()
        self._watch.read()
        self._publish()
        if self._subject.is_address:  # a chain in files stands still
            self._start(self._follow)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop looking; an audit that runs is left to end with the process."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=1)

    @property
    def snapshot(self) -> Snapshot:
        """The latest state."""
        with self._lock:
            return self._snapshot

    # ------------------------------------------------------------------ following

    def _start(self, work: Any) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()

    def _begin(self) -> None:
        self._watch: AnyRecording = self._opened.watch()
        self._facts: TaskFacts[Any] = self._opened.facts(self._watch, self._definition)
        self._shown = None

    def _follow(self) -> None:
        wait = self._poll_seconds
        while not self._stop.wait(wait):
            try:
                self._look()
                wait = self._poll_seconds
            except GradbondError as problem:
                _log.info("cannot read the task: %s", problem)
                with self._lock:
                    self._snapshot = replace(self._snapshot, problem=str(problem))
                wait = min(2 * wait, _LONGEST_WAIT)

    def _look(self) -> None:
        """Read what is new; after a read that broke off, or blocks that were replaced, everything anew."""
        if not self._watch.whole:
            self._begin()
        self._watch.read()
        self._publish()

    def _publish(self) -> None:
        """Show what the watch has read; the page is put together anew only if the task went on."""
        watch = self._watch
        page = None
        if self._shown != watch.signature:
            page = self._facts.of_task() | {"source": self._opened.source}
            self._shown = watch.signature
        with self._lock:
            self._snapshot = Snapshot(
                page=self._with_verdict(self._snapshot.page if page is None else page),
                block=watch.block,
                time=watch.now,
                looked_at=time.time(),
            )
        self._consider_audit()

    # ------------------------------------------------------------------ auditing

    def _with_verdict(self, page: dict[str, Any]) -> dict[str, Any]:
        verdict = {"audit": self._audit, "auditing": self._auditing}
        if all(key in page and page[key] == value for key, value in verdict.items()):
            return page
        return page | verdict

    def _consider_audit(self) -> None:
        """Audit in the background, if a round became final or the task ended since the last audit."""
        page = self.snapshot.page
        state = (len(page["rounds"]), bool(page["state"]["ended"]))
        with self._lock:
            if self._auditing or self._audited == state:
                return
            self._auditing, self._audited = True, state
            self._snapshot = replace(self._snapshot, page=self._with_verdict(self._snapshot.page))
        self._start(self._audit_now)

    def _audit_now(self) -> None:
        """Over a connection of its own: it takes as long as the history is."""
        try:
            verdict = self._subject.open().audit().to_json()
        except GradbondError as problem:
            verdict = {
                "passed": False,
                "rounds_checked": 0,
                "slashes_checked": 0,
                "first_difference": None,
                "unchecked": str(problem),
            }
        with self._lock:
            self._audit, self._auditing = verdict, False
            self._snapshot = replace(self._snapshot, page=self._with_verdict(self._snapshot.page))
