"""An encrypted task audited from its chain and its store alone: by whoever holds no share of its key."""

from __future__ import annotations

from fl_client.audit.encrypted_money import check_encrypted_slash, check_money
from fl_client.audit.encrypted_turn import TurnAudit
from fl_client.audit.result import AuditResult, head_of, lacking
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.errors import (
    AuditDiffers,
    AuditUnchecked,
    ContentAltered,
    ContentMissing,
    CryptoError,
    EncodingError,
    StorageError,
)
from fl_client.privacy.paillier.cores import Cores
from fl_client.roles.encrypted_book import EncryptedBook
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.storage import ContentStore


def audit_encrypted_task(
    contract: EncryptedContract, store: ContentStore, *, alone: bool = False, head: bytes | None = None
) -> AuditResult:
    """Audit one encrypted task: its keys, ciphertexts, sums, openings, models, questions and money.

    Args:
        contract: the task, on any chain.
        store: where to fetch bytes.
        alone: whether no other task shares its pool, so that earnings must match exactly.
        head: hash of a block that the chain must contain, from a source of your own.

    Returns:
        The result; the first thing that differs, or cannot be checked, ends it.
    """
    if (other := lacking(contract.connection, contract.address, head)) is not None:
        return other
    watch = EncryptedWatch(contract, start_block=0)
    watch.refresh()
    checked, slashes, difference, unchecked = 0, 0, None, None
    with Cores() as cores:
        book = EncryptedBook(watch, store, cores=cores)
        try:
            _check_first_model(book)
            for turn in watch.ledger.turns.values():
                audit = TurnAudit(book, turn)
                audit.check()
                checked += turn.final
            for slash in watch.ledger.slashes:
                check_encrypted_slash(watch, slash)
                slashes += 1
            check_money(watch, alone=alone)
            _check_state(watch)
        except (AuditDiffers, ContentAltered, EncodingError, CryptoError) as problem:
            difference = str(problem)
        except (AuditUnchecked, StorageError) as problem:
            unchecked = str(problem)
    return AuditResult(
        rounds_checked=checked,
        first_difference=difference,
        unchecked=unchecked,
        head=head_of(contract.connection),
        task=contract.address,
        model_root="0x" + contract.base_model().hex(),
        slashes=slashes,
        rule="mean" if contract.parameters.groups == 1 else "median of group means",
    )


def _check_first_model(book: EncryptedBook) -> None:
    try:
        book.base(1)
    except ContentMissing as problem:
        raise AuditUnchecked(f"the initial model: {problem}") from problem
    except ContentAltered as problem:
        raise AuditDiffers(f"the initial model: {problem}") from problem


def _check_state(watch: EncryptedWatch) -> None:
    """What the contract says now follows from its events."""
    contract, ledger = watch.contract, watch.ledger
    expected, _ = ledger.models[-1]
    if contract.base_model() != expected:
        raise AuditDiffers(
            f"the contract's model is 0x{contract.base_model().hex()}, its last final one 0x{expected.hex()}"
        )
    if ledger.ended is not None and ledger.ended != ledger.rounds_final:
        raise AuditDiffers(f"the task ended after {ledger.ended} rounds, {ledger.rounds_final} became final")
