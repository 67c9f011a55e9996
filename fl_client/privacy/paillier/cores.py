"""Long computations over all cores: processes that this package starts itself and that know nothing but their work.

Why neither fork nor multiprocessing's pools. A fork beside threads, and torch, nodes and stores have some, inherits
locks that nobody in the child will ever release. The pools of ``spawn`` and ``forkserver`` run the main module again in
each child: a notebook, a script without a guard, a test runner or a command that loads torch. A worker here is
``python -c`` with one import: it takes half a second to start, has some 60 MB, and is the same wherever this is called
from. What passes through its pipe comes from this process and its own child, never from outside.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self, TypeVar

import fl_client
from fl_client.errors import CryptoError

Item = TypeVar("Item", contravariant=True)
Found = TypeVar("Found")

Progress = Callable[[str, int, int], None]
"""Called with what is done, how many items are done, and how many there are."""

_START: Final = "import sys; from fl_client.privacy.paillier.cores import serve; serve(int(sys.argv[1]))"
_GOODBYE_SECONDS: Final = 5


class Work(Protocol[Item, Found]):
    """What is done to items: an object of an importable class whose attributes can be sent to another process."""

    def __call__(self, items: Sequence[Item], /) -> list[Found]:
        """Results for a slice of the items, in their order."""


class Cores:
    """Workers, started when they are first needed and kept until ``close``.

    Args:
        count: processes, all cores that this process may use if None; with 1 everything is done right here.
        progress: told after each slice.
    """

    def __init__(self, count: int | None = None, progress: Progress | None = None) -> None:
        # Pipes are handed down by number, which only POSIX systems do.
        self.count = (count or len(os.sched_getaffinity(0))) if os.name == "posix" else 1
        self._progress = progress
        self._workers: list[_Worker] = []
        self._lock = threading.Lock()
        self._closing = weakref.finalize(self, _end, self._workers)

    def map(
        self,
        work: Work[Item, Found],
        items: Sequence[Item],
        *,
        name: str,
        least: int,
        slice_items: int | None = None,
    ) -> list[Found]:
        """Do work to all items.

        Args:
            work: sent to each worker once.
            items: in order.
            name: of the work, for the progress.
            least: items that make a worker worth its start; below twice that no process is asked.
            slice_items: items at a time; as many as give each worker one slice if None.

        Returns:
            The results of all slices, one after the other, in the order of the items.

        Raises:
            CryptoError: the work failed, or a worker ended early.
        """
        workers = min(self.count, len(items) // least)
        size = slice_items or -(-len(items) // max(1, workers)) or 1
        slices = [items[first : first + size] for first in range(0, len(items), size)]
        done = 0
        found: list[list[Found]] = [[] for _ in slices]

        def keep(index: int, results: list[Found]) -> None:
            nonlocal done
            found[index] = results
            done += len(slices[index])
            if self._progress:
                self._progress(name, done, len(items))

        if workers < 2:
            for index, part in enumerate(slices):
                keep(index, work(part))
        else:
            with self._lock:
                self._spread(work, slices, keep, min(workers, len(slices)))
        return [result for results in found for result in results]

    def mapper(self, name: str) -> Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]:
        """What ``map`` of Python does, for functions of modules and jobs of a tenth of a second or more each.

        Args:
            name: of the work, for the progress.
        """

        def run(function: Callable[[Any], Any], jobs: Sequence[Any], /) -> list[Any]:
            return self.map(_Each(function), jobs, name=name, least=2, slice_items=1)

        return run

    def close(self) -> None:
        """End the workers; they start again when they are needed again."""
        with self._lock:
            _end(self._workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _spread(
        self, work: Any, slices: Sequence[Any], keep: Callable[[int, list[Any]], None], count: int
    ) -> None:
        """Give each worker a slice, and the next one when it comes back."""
        try:
            while len(self._workers) < count:
                self._workers.append(_Worker())
            waiting = iter(range(len(slices)))
            busy: dict[Any, int] = {}
            for worker in self._workers[:count]:
                worker.pipe.send(work)
                index = next(waiting)
                worker.pipe.send(slices[index])
                busy[worker.pipe] = index
            while busy:
                ready: list[Any] = wait(list(busy))
                for pipe in ready:
                    results, problem = pipe.recv()
                    if problem is not None:
                        raise CryptoError(problem)
                    keep(busy.pop(pipe), results)
                    if (following := next(waiting, None)) is not None:
                        pipe.send(slices[following])
                        busy[pipe] = following
        except (EOFError, BrokenPipeError, ConnectionResetError):
            _end(self._workers, at_once=True)
            raise CryptoError("a process that computed ended early; is there enough memory?") from None
        except BaseException:
            # Whatever stopped this, workers still have slices in hand whose results nobody waits for.
            _end(self._workers, at_once=True)
            raise


@dataclass(frozen=True)
class _Each:
    """Work that is one call for each item."""

    function: Callable[[Any], Any]

    def __call__(self, items: Sequence[Any], /) -> list[Any]:
        return [self.function(item) for item in items]


class _Worker:
    """A process and this end of its pipe."""

    def __init__(self) -> None:
        self.pipe, theirs = Pipe()
        # The package is found where it is here; -P keeps the working directory, which may be anybody's, off the path.
        places = [str(Path(fl_client.__file__).parents[1]), *(place for place in sys.path if place)]
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
        )
        theirs.close()


def serve(descriptor: int) -> None:
    """Be a worker: take work, then slices of items, until the pipe is closed."""
    # A terminal's interrupt reaches all processes; the parent closes the pipe then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = Connection(descriptor)
    work: Any = None
    while True:
        try:
            given = pipe.recv()
        except EOFError:
            return
        if callable(given):
            work = given
            continue
        answer: tuple[Any, str | None]
        try:
            answer = (work(given), None)
        except CryptoError as error:
            answer = (None, str(error))
        except Exception as error:
            answer = (None, f"a computation failed: {error!r}")
        pipe.send(answer)


def _end(workers: list[_Worker], *, at_once: bool = False) -> None:
    for worker in workers:
        worker.pipe.close()
        if at_once:
            worker.process.kill()
    for worker in workers:
        try:
            worker.process.wait(_GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()
    workers.clear()
