"""An announcement on its chain: its digest in a transaction of the account to itself, and the look at one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fl_client.assets import Announcement
from fl_client.chain import Connection, Journal, Memo, TransactionSender, read_memo
from fl_client.cli.session import open_account, state_folder
from fl_client.cli.settings import Settings, require
from fl_client.errors import ChainError, ConfigError, CryptoError
from fl_client.types import Address, Bytes32


def post_digest(settings: Settings, announced: Announcement) -> dict[str, Any]:
    """Post the digest, unless this account did; says where it is.

    Raises:
        ConfigError: the account is another than the announcement's.
        ChainError: another chain, no ether for the gas, or it could not be sent.
    """
    connection = _chain(settings, announced)
    account = open_account(settings)
    if account.address != announced.account:
        raise ConfigError(
            f"the announcement is of {announced.account}, this account is {account.address}: give the keystore of the "
            "former"
        )
    with Journal(state_folder(settings, account.address)) as journal:
        sender = TransactionSender(connection, account, journal, confirmations=settings.confirmations)
        sender.resume()
        intent = f"post asset 0x{announced.digest.hex()}"
        if not sender.knows(intent):
            _require_ether(connection, account.address)
        receipt = sender.send(Memo(connection, account.address, bytes(announced.digest)), intent=intent)
    return _told(connection, announced, receipt.hash)


def _require_ether(connection: Connection, account: Address) -> None:
    with connection.translated("reading a balance"):
        wei = connection.web3.eth.get_balance(account)  # type: ignore[arg-type]
    if not wei:
        raise ChainError(f"{account} has no ether: send it some, every transaction costs gas")


def check_posted(settings: Settings, announced: Announcement, posted: str) -> dict[str, Any]:
    """What a transaction says of an announcement.

    Raises:
        ConfigError: no hash of a transaction.
        ChainError: another chain, or it has no such memo.
        CryptoError: the memo is another's, or says something else.
    """
    digits = posted.removeprefix("0x")
    try:
        found = Bytes32(bytes.fromhex(digits))
    except ValueError:
        found = Bytes32(b"")
    if len(digits) != 64 or len(found) != 32:
        raise ConfigError("--posted is no hash of a transaction: give 0x and 64 hexadecimal digits")
    return _told(_chain(settings, announced), announced, found)


def _chain(settings: Settings, announced: Announcement) -> Connection:
    return Connection.open(require(settings.rpc_url, "rpc_url"), chain_id=announced.chain_id)


def _told(connection: Connection, announced: Announcement, transaction: Bytes32) -> dict[str, Any]:
    memo = read_memo(connection, transaction)
    if memo.account != announced.account or memo.data != announced.digest:
        raise CryptoError(
            f"the transaction 0x{transaction.hex()} does not post this announcement: it is of {memo.account}, and "
            f"holds 0x{memo.data[:32].hex()}"
        )
    return {
        "posted": "0x" + transaction.hex(),
        "posted_block": memo.block,
        "posted_at": datetime.fromtimestamp(memo.stamp, UTC).isoformat(),
    }
