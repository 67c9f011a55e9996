"""A receipt checked against a chain by somebody who does not trust whoever wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fl_client.chain import load_artifact
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.chain.contracts.tasks import AnyTask
from fl_client.chain.events import EventDecoder
from fl_client.encoding import UpdateMessage, set_hash, update_digest
from fl_client.errors import AuditDiffers, ChainError, ConfigError
from fl_client.records.citing import FORMAT, plain
from fl_client.records.encrypted_receipt import EncryptedPast, encrypted_receipt_of
from fl_client.records.receipt import TaskPast, receipt_of
from fl_client.records.receipt_form import is_of_encrypted, parse_receipt, require_form, shown
from fl_client.types import Address, Bytes32

_NAMED: Final = ("chain_id", "factory", "task")
_PLAIN: Final = ("TrainingTask", "StakeVault", "RewardPool", "ReviewBoard", "RoundTables")
_ENCRYPTED: Final = ("EncryptedTask", "StakeVault", "RewardPool")


def any_receipt_of(
    contract: AnyTask, account: Address, number: int, *, upto: int | None = None
) -> dict[str, Any]:
    """A receipt of either kind of task (``receipt_of``, ``encrypted_receipt_of``).

    Args:
        upto: the block that it is as of; None for the latest.

    Raises:
        ConfigError: the round was never opened.
        ChainError: the node is gone, or has no such block.
    """
    if isinstance(contract, EncryptedContract):
        return encrypted_receipt_of(EncryptedPast.of(contract, upto), account, number)
    return receipt_of(TaskPast.read(contract, upto), account, number)


def read_receipt(file: Path) -> dict[str, Any]:
    """Read a receipt; every field that it must have is there, and of its kind.

    Raises:
        ConfigError: no such file, no receipt of this version, or a broken one.
    """
    try:
        found = parse_receipt(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ConfigError(f"cannot read the receipt {file}: {problem.strerror}") from problem
    except ValueError as problem:
        if isinstance(problem, ConfigError):
            raise
        raise ConfigError(f"{file} is no receipt: give what `fl receipt --json` printed") from problem
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ConfigError(f"{file} is no receipt of format {FORMAT}: give what `fl receipt --json` printed")
    require_form(found)
    return found


def check_receipt(contract: AnyTask, receipt: Mapping[str, Any]) -> None:
    """Look every record up, compute every hash, and draw the conclusion again.

    Raises:
        AuditDiffers: something is not as the receipt has it; the message says what.
        ConfigError: a field is missing, or is nothing that a receipt holds.
        ChainError: the node is gone, or has not got that far.
    """
    require_form(receipt)
    _check_place(contract, receipt)
    for cited in receipt["records"]:
        _check_record(contract, cited)
    if not is_of_encrypted(receipt):
        _check_commitment(receipt)
        _check_set(receipt)
    account, upto = Address(receipt["trainer"]), receipt["as_of"]["block"]
    again = any_receipt_of(contract, account, receipt["round"], upto=upto)
    for key, value in again.items():
        if receipt.get(key) != value:
            raise AuditDiffers(
                f"{key}: the receipt says {shown(receipt.get(key))}, the chain's records give {shown(value)}"
            )
    if set(receipt) - set(again):
        raise AuditDiffers(
            f"the receipt says more than the records do: {shown(sorted(set(receipt) - set(again)))}"
        )


def _check_place(contract: AnyTask, receipt: Mapping[str, Any]) -> None:
    here = {
        "chain_id": contract.connection.chain_id,
        "factory": contract.deployment.factory,
        "task": contract.address,
    }
    for name in _NAMED:
        if receipt[name] != here[name]:
            raise AuditDiffers(f"the receipt is of {name} {receipt[name]}, this is {here[name]}")
    if is_of_encrypted(receipt) != isinstance(contract, EncryptedContract):
        kinds = ("an encrypted task", "a plain task")
        said, found = kinds if is_of_encrypted(receipt) else reversed(kinds)
        raise AuditDiffers(f"the receipt is of {said}, this is {found}")
    number = receipt["as_of"]["block"]
    found_hash = contract.connection.block_hash(number)
    if found_hash is None and (height := contract.connection.block_number()) < number:
        raise ChainError(
            f"the receipt is as of block {number}, {contract.connection.url} is at block {height}: wait for it, or "
            "ask a node that is further"
        )
    if found_hash is None or "0x" + found_hash.hex() != receipt["as_of"]["hash"]:
        has = "none" if found_hash is None else "0x" + found_hash.hex()
        raise AuditDiffers(
            f"the receipt is as of block {number} with hash {receipt['as_of']['hash']}, the chain's has {has}"
        )


def _check_record(contract: AnyTask, cited: Mapping[str, Any]) -> None:
    """The log is in that block of the chain, at that place, with those arguments."""
    number, where = cited["block"], f"{cited['event']} in block {cited['block']}"
    ours = _ENCRYPTED if isinstance(contract, EncryptedContract) else _PLAIN
    decoder = EventDecoder(load_artifact(name) for name in ours)
    logs = contract.connection.logs((Address(cited["address"]),), number, number)
    entry = next((one for one in logs if one.index == cited["log_index"]), None)
    if entry is None:
        raise AuditDiffers(f"{where}: the chain has no log {cited['log_index']} of {cited['address']} there")
    (event,) = decoder.decode([entry]) or (None,)
    found = {
        "event": None if event is None else event.name,
        "block_hash": "0x" + entry.block_hash.hex(),
        "transaction": "0x" + entry.transaction_hash.hex(),
        "args": None if event is None else {key: plain(value) for key, value in event.args.items()},
    }
    for key, value in found.items():
        if cited[key] != value:
            raise AuditDiffers(f"{where}: its {key} is {shown(value)}, the receipt says {shown(cited[key])}")


def _check_commitment(receipt: Mapping[str, Any]) -> None:
    """The update's fields hash to what its trainer committed to, and that is among the records."""
    fields = receipt["commitment"]
    if fields is None:
        return
    message = UpdateMessage(
        task=Address(receipt["task"]),
        round=receipt["round"],
        attempt=fields["attempt"],
        base_model=_bytes(fields["base_model"]),
        trainer=Address(receipt["trainer"]),
        commitment=_bytes(fields["vector"]),
        content_id=_bytes(fields["content_id"]),
        samples=fields["samples"],
        milliseconds=fields["milliseconds"],
        salt=_bytes(fields["salt"]),
    )
    digest = "0x" + update_digest(message, receipt["chain_id"]).hex()
    committed = [one["args"]["digest"] for one in receipt["records"] if one["event"] == "UpdateCommitted"]
    if fields["digest"] != digest or digest not in committed:
        raise AuditDiffers(f"the update's fields hash to {digest}, which its trainer never committed to")


def _check_set(receipt: Mapping[str, Any]) -> None:
    """The running hash leads from entry to entry, and over the accepted ones to theirs."""
    entries = [
        (Address(one["trainer"]), one["weight"], _bytes(one["vector"])) for one in receipt["set"]["entries"]
    ]
    for place, entry in enumerate(receipt["set"]["entries"]):
        if entry["running_hash"] != "0x" + set_hash(entries[: place + 1]).hex():
            raise AuditDiffers(f"entry {place} of the set does not hash to {entry['running_hash']}")
    accepted = receipt["set"]["accepted_hash"]
    kept = [entry for entry, one in zip(entries, receipt["set"]["entries"], strict=True) if one["accepted"]]
    if accepted is not None and accepted != "0x" + set_hash(kept).hex():
        raise AuditDiffers(f"the accepted entries of the set do not hash to {accepted}")


def _bytes(text: str) -> Bytes32:
    return Bytes32(bytes.fromhex(text.removeprefix("0x")))
