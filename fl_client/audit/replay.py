"""A whole task audited: from the chain and the content store alone, by somebody who was never there."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

from fl_client.audit.encrypted import audit_encrypted_task
from fl_client.audit.money import check_earnings, check_escrow, check_questions, check_slash
from fl_client.audit.result import AuditResult, WeighedAway, head_of, lacking
from fl_client.audit.rounds import RoundAudit
from fl_client.audit.sealing import check_works
from fl_client.chain import Connection, import_chain
from fl_client.chain.contracts import Deployment, TaskContract, find_factories
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.errors import (
    AuditDiffers,
    AuditUnchecked,
    ChainError,
    ConfigError,
    ContentAltered,
    ContentMissing,
    EncodingError,
    UnknownRule,
)
from fl_client.roles.models import ModelBook
from fl_client.rounds import TaskWatch, blocks_of, fetch_vector
from fl_client.storage import ContentStore, LocalStore
from fl_client.types import Address, Bytes32


def audit_folder(folder: Path | str, *, head: bytes | None = None) -> AuditResult:
    """Audit what a run on the embedded chain left: execute its blocks again, then check everything.

    Args:
        folder: with ``chain/`` and ``store/``; nothing else in it is read.
        head: hash that the chain's latest block must have, from a source of your own.

    Returns:
        The result; a broken chain is a difference.

    Raises:
        ConfigError: there is no such folder.
    """
    root = Path(folder)
    for part in ("chain", "store"):
        if not (root / part).is_dir():
            raise ConfigError(f"{root} holds no folder {part}/: give the --out folder of a run")
    try:
        connection = import_chain(root / "chain", expected_head=head)
    except ChainError as problem:
        return AuditResult(rounds_checked=0, first_difference=f"chain: {problem}", unchecked=None, head="0x")
    plain, encrypted = find_factories(connection), find_factories(connection, "EncryptedTaskCreated")
    if not plain and not encrypted:
        raise ConfigError(f"the chain in {root} holds no task: nothing to audit")
    store, alone = LocalStore(root / "store"), len(plain) + len(encrypted) == 1
    result = None
    for created in sorted((*plain, *encrypted), key=lambda one: one[2]):
        factory, task, _ = created
        try:
            deployment = Deployment.of_factory(connection, factory)
            deployment.check(connection)
            audit = _audit_of(connection, deployment, task, is_encrypted=created in encrypted)
        except ChainError as problem:
            return AuditResult(
                rounds_checked=0,
                first_difference=f"contracts: {problem}",
                unchecked=None,
                head=head_of(connection),
            )
        result = audit(store, alone)
        if not result.passed:
            break
    assert result is not None
    return result


def _audit_of(
    connection: Connection, deployment: Deployment, task: Address, *, is_encrypted: bool
) -> Callable[[ContentStore, bool], AuditResult]:
    """Bind a task; what it gives audits it.

    Raises:
        ChainError: the factory never made it.
    """
    if is_encrypted:
        encrypted = EncryptedContract(connection, deployment, task)
        return lambda store, alone: audit_encrypted_task(encrypted, store, alone=alone)
    contract = TaskContract(connection, deployment, task)
    return lambda store, alone: audit_task(contract, store, alone=alone)


def audit_task(
    contract: TaskContract, store: ContentStore, *, alone: bool = False, head: bytes | None = None
) -> AuditResult:
    """Audit one task.

    Args:
        contract: the task, on any chain.
        store: where to fetch bytes.
        alone: whether no other task shares its pool, so that earnings must match exactly.
        head: hash of a block that the chain must contain, from a source of your own: a node's chain goes on, so it
            need not be the latest.

    Returns:
        The result; the first thing that differs, or cannot be checked, ends it.
    """
    if (other := lacking(contract.connection, contract.address, head)) is not None:
        return other
    watch = TaskWatch(contract, start_block=0)
    watch.refresh()
    checked, difference, unchecked, slashes, works = 0, None, None, 0, 0
    last: Bytes32 | None = None
    rule: str | None = None
    away: list[WeighedAway] = []
    try:
        models = ModelBook(watch, store)
        rule = models.rule.name
        _check_initial_model(watch, store)
        for number in sorted(watch.ledger.rounds):
            record = watch.ledger.rounds[number]
            audit = RoundAudit(watch, models, record)
            audit.check()
            if record.finalized:
                checked += 1
                away += [WeighedAway(round=number, trainer=one.trainer) for one in audit.weighed_away()]
        works = check_works(watch)
        last = deque(blocks_of(watch), maxlen=1).pop().header.hash
        for slash in watch.ledger.slashes:
            check_slash(watch, slash)
            slashes += 1
        check_questions(watch)
        check_earnings(watch, alone=alone)
        check_escrow(watch)
        _check_state(watch)
    except (AuditDiffers, ContentAltered, EncodingError) as problem:
        difference = str(problem)
    except (AuditUnchecked, ContentMissing, UnknownRule) as problem:
        unchecked = str(problem)
    return AuditResult(
        rounds_checked=checked,
        first_difference=difference,
        unchecked=unchecked,
        head=head_of(contract.connection),
        task=contract.address,
        model_root="0x" + contract.base_model().hex(),
        slashes=slashes,
        rule=rule,
        weighed_away=tuple(away),
        works=works,
        last_block=None if last is None else "0x" + last.hex(),
    )


def _check_initial_model(watch: TaskWatch, store: ContentStore) -> None:
    parameters = watch.contract.parameters
    try:
        fetched = fetch_vector(store, parameters.initial_content, watch.model_form, parameters.initial_model)
    except ContentMissing as problem:
        raise AuditUnchecked(f"the initial model: {problem}") from problem
    except (ContentAltered, EncodingError) as problem:
        raise AuditDiffers(f"the initial model: {problem}") from problem
    if fetched.lies:
        raise AuditDiffers(f"the initial model: its tree lies in chunk {fetched.lies[0]}")


def _check_state(watch: TaskWatch) -> None:
    """What the contract says now follows from its events."""
    ledger, contract = watch.ledger, watch.contract
    finals = [record for record in ledger.rounds.values() if record.finalized]
    expected = ledger.initial_model
    if finals:
        standing = max(finals, key=lambda record: record.number).standing
        assert standing is not None  # a final round has one
        expected = standing.model
    if contract.base_model() != expected:
        raise AuditDiffers(
            f"the contract's model is 0x{contract.base_model().hex()}, its last final one 0x{expected.hex()}"
        )
