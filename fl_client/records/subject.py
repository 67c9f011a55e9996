"""What a page is about: a task in the folder of a run, or one on a node; opened for reading, nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from eth_utils.address import is_address, to_checksum_address

from fl_client.audit import AuditResult, audit_encrypted_task, audit_task
from fl_client.chain import Connection, EmbeddedChain, EventCursor, import_chain, load_artifact
from fl_client.chain.contracts import Deployment, find_factories
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.chain.contracts.tasks import AnyTask, bind_task
from fl_client.chain.rpc import shown_url
from fl_client.errors import ConfigError
from fl_client.records.encrypted_facts import EncryptedFacts
from fl_client.records.encrypted_watch import EncryptedRecordWatch
from fl_client.records.facts import Facts
from fl_client.records.history import AnyRecording
from fl_client.records.record_watch import RecordWatch
from fl_client.records.scores import Definition, Scores, load_definition
from fl_client.records.task_facts import TaskFacts
from fl_client.roles import ModelBook
from fl_client.roles.encrypted_book import EncryptedBook
from fl_client.storage import ContentStore, LocalStore, StoreSettings, open_store
from fl_client.types import Address

_TRIES: Final = 3
_TASKS: Final = ("TrainingTask", "EncryptedTask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Where a task's public records are.

    Attributes:
        where: the folder of a run, or a task's address.
        rpc_url, deployment, store: with an address: the node, the deployment file, the folder of the content store.
        task: with a folder whose chain holds several tasks: which one.
        ipfs, gateways: with an address: where content comes from that is not in the store's folder.

    Raises:
        ConfigError: something is missing, or does not go together.
    """

    where: str
    rpc_url: str | None = None
    deployment: Path | None = None
    store: Path | None = None
    task: str | None = None
    ipfs: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for given, option in (
            (self.where if self.is_address else None, "the address"),
            (self.task, "--task"),
        ):
            if given is not None and not is_address(given):
                raise ConfigError(
                    f"{option} {given!r} is none: give 0x and 40 hexadecimal digits, case as it is shown"
                )
        if self.is_address:
            if self.rpc_url is None or self.deployment is None or self.store is None:
                raise ConfigError("a task's address needs --rpc-url, --deployment and --store")
            if not self.store.is_dir():
                raise ConfigError(
                    f"there is no folder --store {self.store}: give the folder of the content store"
                )
            return
        for part in ("chain", "store"):
            _require_part(Path(self.where), part)

    @property
    def is_address(self) -> bool:
        """Whether the task is on a node."""
        return self.where.startswith("0x") and len(self.where) == 42

    def open(self) -> OpenSubject:
        """Connect, or execute the folder's chain again.

        Raises:
            ChainError: nobody answers, a block was altered, or the contracts are not this version's.
            ConfigError: there is no such task.
        """
        return self._on_node() if self.is_address else self._in_folder()

    def _on_node(self) -> OpenSubject:
        assert self.rpc_url is not None and self.deployment is not None and self.store is not None
        connection = Connection.open(self.rpc_url)
        deployment = Deployment.read(self.deployment)
        deployment.check(connection)
        task = Address(to_checksum_address(self.where))
        source = {
            "kind": "node",
            "url": shown_url(self.rpc_url),
            "deployment": str(self.deployment),
            "store": str(self.store),
        }
        contract = bind_task(connection, deployment, task)
        settings = StoreSettings(folder=self.store, ipfs=self.ipfs, gateways=self.gateways)
        return OpenSubject(contract=contract, store=open_store(settings), alone=False, source=source)

    def _in_folder(self) -> OpenSubject:
        root = Path(self.where)
        contract, alone = task_in(root, self.task)
        chain = contract.connection.node
        assert isinstance(chain, EmbeddedChain)
        source = {"kind": "folder", "folder": str(root), "head": "0x" + chain.head_hash.hex()}
        return OpenSubject(contract=contract, store=LocalStore(root / "store"), alone=alone, source=source)


def task_in(folder: Path, task: str | None) -> tuple[AnyTask, bool]:
    """The task of a run's folder, whose chain is executed again; its store need not be there.

    Args:
        folder: a run's.
        task: which one, where the chain holds several.

    Returns:
        The task, and whether no other one shares its pool.

    Raises:
        ConfigError: it holds no chain, no such task, or several.
        ChainError: a block was altered, or the contracts are not this version's.
    """
    _require_part(folder, "chain")
    connection = import_chain(folder / "chain")
    tasks = (*find_factories(connection), *find_factories(connection, "EncryptedTaskCreated"))
    chosen = [one for one in tasks if task is None or one[1].lower() == task.lower()]
    if len(chosen) != 1:
        held = ", ".join(task for _, task, _ in tasks) or "none"
        raise ConfigError(f"the chain in {folder} holds these tasks: {held}; name one of them with --task")
    factory, address, _ = chosen[0]
    deployment = Deployment.of_factory(connection, factory)
    deployment.check(connection)
    return bind_task(connection, deployment, address), len(tasks) == 1


def _require_part(folder: Path, part: str) -> None:
    if not (folder / part).is_dir():
        raise ConfigError(
            f"{folder} holds no folder {part}/: give the --out folder of a run, or a task's address"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSubject:
    """A task's contract and store at hand.

    Attributes:
        alone: whether no other task shares its pool.
        source: where all of it is from, for the page.
    """

    contract: AnyTask
    store: ContentStore
    alone: bool
    source: dict[str, Any]

    def watch(self) -> AnyRecording:
        """A watch that has read nothing yet."""
        if isinstance(self.contract, EncryptedContract):
            return EncryptedRecordWatch(self.contract)
        return RecordWatch(self.contract)

    def definition(self, name: str | None, data_dir: Path | None = None) -> Definition | None:
        """The task's definition, where a name is given (see ``load_definition``)."""
        return None if name is None else load_definition(name, self.contract.parameters, data_dir=data_dir)

    def facts(self, watch: AnyRecording, definition: Definition | None) -> TaskFacts[Any]:
        """What a watch of this task and the store say together.

        Raises:
            UnknownRule: this version cannot compute the task's rule.
        """
        if isinstance(watch, EncryptedRecordWatch):
            return EncryptedFacts(watch, Scores(definition, EncryptedBook(watch, self.store)))
        assert isinstance(watch, RecordWatch)  # there is no third kind
        return Facts(watch, ModelBook(watch, self.store), Scores(definition, ModelBook(watch, self.store)))

    def audit(self) -> AuditResult:
        """Recompute everything; a difference counts only if the chain stood still meanwhile.

        The audit reads events up to some block and the contracts' ledgers a little later: on a chain that moves, what
        came between would look like a difference.
        """
        for _ in range(_TRIES):
            moved = self._cursor()
            result = self._audited()
            if result.first_difference is None or not moved.poll():
                return result
        reason = (
            f"the chain moved on while it was read, {_TRIES} times; what was found: {result.first_difference}"
        )
        return replace(result, first_difference=None, unchecked=reason)

    def _audited(self) -> AuditResult:
        if isinstance(self.contract, EncryptedContract):
            return audit_encrypted_task(self.contract, self.store, alone=self.alone)
        return audit_task(self.contract, self.store, alone=self.alone)

    def _cursor(self) -> EventCursor:
        """Tells whether the task or its money moved from now on."""
        connection, deployment = self.contract.connection, self.contract.deployment
        watched = (self.contract.address, deployment.vault, deployment.pool)
        artifacts = [load_artifact(name) for name in (*_TASKS, "StakeVault", "RewardPool")]
        return EventCursor(connection, watched, artifacts, connection.block_number() + 1)
