"""The chain: connections, keys, transactions that survive a crash, events, and contract errors by name."""

from __future__ import annotations

from fl_client.chain.artifacts import ContractArtifact, all_artifacts, load_artifact
from fl_client.chain.connection import Connection
from fl_client.chain.embedded import EmbeddedChain
from fl_client.chain.events import Event, EventCursor, EventDecoder
from fl_client.chain.fees import FeePolicy
from fl_client.chain.genesis import Genesis
from fl_client.chain.history import export_chain, import_chain
from fl_client.chain.journal import Journal
from fl_client.chain.journal_rows import ScoresRow, SecretRow, StatementRow, TransactionRow, TransactionStatus
from fl_client.chain.kept_events import KeptEvents
from fl_client.chain.keys import (
    Account,
    create_keystore,
    demo_account,
    import_keystore,
    keystore_address,
    load_keystore,
    password_from_environment,
    password_from_file,
)
from fl_client.chain.memo import Memo, MemoRecord, read_memo
from fl_client.chain.node import LogEntry, Node
from fl_client.chain.receipts import PASSES_NOW, Receipt
from fl_client.chain.reverts import HINTS, RevertDecoder
from fl_client.chain.sender import Sender, TransactionSender
from fl_client.chain.unlocked import UnlockedSender, unlocked_accounts

__all__ = [
    "HINTS",
    "PASSES_NOW",
    "Account",
    "Connection",
    "ContractArtifact",
    "EmbeddedChain",
    "Event",
    "EventCursor",
    "EventDecoder",
    "FeePolicy",
    "Genesis",
    "Journal",
    "KeptEvents",
    "LogEntry",
    "Memo",
    "MemoRecord",
    "Node",
    "Receipt",
    "RevertDecoder",
    "ScoresRow",
    "SecretRow",
    "Sender",
    "StatementRow",
    "TransactionRow",
    "TransactionSender",
    "TransactionStatus",
    "UnlockedSender",
    "all_artifacts",
    "create_keystore",
    "demo_account",
    "export_chain",
    "import_chain",
    "import_keystore",
    "keystore_address",
    "load_artifact",
    "load_keystore",
    "password_from_environment",
    "password_from_file",
    "read_memo",
    "unlocked_accounts",
]
