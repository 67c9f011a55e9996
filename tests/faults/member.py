"""One member of a task in a process of its own, which can be told where to die:

    python -m tests.faults.member SETTINGS.json

`GRADBOND_DIE_AT` holds patterns of points, comma-separated, e.g. `commitUpdate:sent:before,secret:after`. The process
kills itself (SIGKILL) at the first of them that it reaches and that the file beside its settings does not list yet;
so a run over the same folder dies once at each. The points are set around the real classes, from outside.
`GRADBOND_CLOCK_SKEW` puts its clock forward by so many seconds. `GRADBOND_FILE_BYTES` lets no file of its grow beyond
that, as on a full disk, until it gets SIGUSR1.
"""

from __future__ import annotations

import fnmatch
import json
import logging
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fl_client.chain import (
    Connection,
    Journal,
    TransactionRow,
    TransactionSender,
    all_artifacts,
    demo_account,
)
from fl_client.chain.contracts import Deployment, TaskContract
from fl_client.chain.delivery import Delivery
from fl_client.errors import GradbondError
from fl_client.roles import run_role
from fl_client.rounds import TaskWatch
from fl_client.storage import LocalStore
from fl_client.types import Address
from tests.faults.place import STAKED_AS, Steps, make


class Fate:
    """Decides where this process dies."""

    def __init__(self, patterns: str, done: Path) -> None:
        self.patterns = [one for one in patterns.split(",") if one]
        self.path = done
        self.done = set(done.read_text().split()) if done.exists() else set()

    def reach(self, point: str) -> None:
        """Die here, if it is time."""
        if point in self.done or not any(fnmatch.fnmatch(point, one) for one in self.patterns):
            return
        with self.path.open("a") as out:
            out.write(point + "\n")
            out.flush()
            os.fsync(out.fileno())
        os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: type, name: str, point: Callable[..., str | None]) -> None:
        """Set a point before and one after every call of a method."""
        original = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            where = point(*args, **kwargs)
            if where:
                self.reach(f"{where}:before")
            result = original(*args, **kwargs)
            if where:
                self.reach(f"{where}:after")
            return result

        setattr(owner, name, wrapped)


def selectors() -> dict[bytes, str]:
    """Every function of our contracts by its selector."""
    from eth_utils.abi import function_abi_to_4byte_selector

    found = {}
    for artifact in all_artifacts().values():
        for entry in artifact.abi:
            if entry.get("type") == "function":
                found[function_abi_to_4byte_selector(entry)] = entry["name"]  # type: ignore[arg-type]
    return found


def deed_of(row: TransactionRow, known: dict[bytes, str]) -> str:
    """The function that a signed transaction calls."""
    from eth_account.typed_transactions.typed_transaction import TypedTransaction
    from hexbytes import HexBytes

    data = bytes(HexBytes(TypedTransaction.from_bytes(HexBytes(row.raw)).as_dict()["data"]))
    return known[data[:4]]


def set_points(fate: Fate) -> None:
    """Around everything that a crash could come between."""
    known = selectors()
    fate.around(Journal, "record_secret", lambda *_: "secret")
    fate.around(LocalStore, "put", lambda store, _: "outbox" if store.folder.name == "outbox" else "publish")
    fate.around(Journal, "record_transaction", lambda _, row: f"{deed_of(row, known)}:kept")
    fate.around(Delivery, "broadcast", lambda _, row: f"{deed_of(row, known)}:sent")
    fate.around(Journal, "set_final", lambda _, row, status: f"{deed_of(row, known)}:final")


def set_clock(seconds: float) -> None:
    """Let this process's clock go wrong."""
    right = time.time
    time.time = lambda: right() + seconds  # type: ignore[assignment]


def fill_disk(largest: int) -> None:
    """Let no file grow beyond a size, until there is room again."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def make_room(*_: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    signal.signal(signal.SIGUSR1, make_room)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))


def main() -> None:
    """Take part until the task has ended and the stake is back."""
    settings = json.loads(Path(sys.argv[1]).read_text())
    logging.basicConfig(level=logging.WARNING)
    set_points(Fate(os.environ.get("GRADBOND_DIE_AT", ""), Path(sys.argv[1]).with_suffix(".deaths")))
    set_clock(float(os.environ.get("GRADBOND_CLOCK_SKEW", "0")))
    if largest := os.environ.get("GRADBOND_FILE_BYTES"):
        fill_disk(int(largest))
    deployment = Deployment.read(settings["deployment"])
    connection = Connection.open(settings["url"], chain_id=deployment.chain_id)
    folder = Path(settings["state"])
    contract = TaskContract(connection, deployment, Address(settings["task"]))
    account = demo_account(*settings["account"])
    with Journal(folder) as journal:
        participant = make(
            settings["role"],
            TaskWatch(contract, state=folder),
            TransactionSender(connection, account, journal),
            journal,
            store=LocalStore(settings["store"]),
            folder=folder,
            learner=Steps(settings["seed"]),
        )

        def is_finished() -> bool:
            role = STAKED_AS[settings["role"]]
            return (
                participant.ledger.ended is not None
                and not contract.stake(account.address, role)[0]
                and not contract.stake(account.address, STAKED_AS["auditor"])[0]
                and not contract.earnings(account.address)[0]
            )

        run_role(
            participant,
            is_finished=is_finished,
            report=lambda deed: print(deed, flush=True),
            poll_seconds=0.1,
        )


if __name__ == "__main__":
    try:
        main()
    except GradbondError as problem:
        sys.exit(f"member: {problem}")
