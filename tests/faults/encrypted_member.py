"""One party of an encrypted task in a process of its own, which can be told where to die:

    python -m tests.faults.encrypted_member SETTINGS.json

Besides the points of `tests.faults.member`: around what its journal keeps of an update and of shares (`update-row`,
`share-row`), around its secrets (`keys`), and around the making of shares (`sharing`).
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

from fl_client.chain import Connection, Journal, TransactionSender, demo_account
from fl_client.chain.contracts import Deployment
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.errors import GradbondError
from fl_client.privacy.at_rest import SecretFolder
from fl_client.roles.acting import GasBook
from fl_client.roles.encrypted_book import EncryptedBook
from fl_client.roles.party import Party
from fl_client.roles.party_work import PartyWork
from fl_client.roles.running import has_left, run_role
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.storage import LocalStore
from fl_client.types import Address
from tests.encrypted_stage import Steps
from tests.faults.member import Fate, set_points


def set_party_points(fate: Fate) -> None:
    """Around everything that a crash could come between."""
    set_points(fate)
    fate.around(Journal, "record_statement", lambda _, row: f"{row.kind}-row")
    fate.around(SecretFolder, "write", lambda *_: "keys")
    fate.around(PartyWork, "prove_shares", lambda *_: "sharing")


def main() -> None:
    """Take part until the task has ended and the stake is back."""
    settings = json.loads(Path(sys.argv[1]).read_text())
    logging.basicConfig(level=logging.WARNING)
    set_party_points(Fate(os.environ.get("GRADBOND_DIE_AT", ""), Path(sys.argv[1]).with_suffix(".deaths")))
    deployment = Deployment.read(settings["deployment"])
    connection = Connection.open(settings["url"], chain_id=deployment.chain_id)
    contract = EncryptedContract(connection, deployment, Address(settings["task"]))
    folder = Path(settings["state"])
    with Journal(folder) as journal:
        watch = EncryptedWatch(contract, state=folder)
        party = Party(
            watch,
            TransactionSender(connection, demo_account(0, settings["account"]), journal),
            GasBook(),
            learner=Steps(settings["learns"]),
            book=EncryptedBook(watch, LocalStore(settings["store"])),
            private=LocalStore(folder / "outbox"),
            journal=journal,
            secrets=SecretFolder(folder / "secrets"),
        )
        run_role(
            party,
            is_finished=lambda: has_left(party),
            report=lambda deed: print(deed, flush=True),
            poll_seconds=0.1,
        )


if __name__ == "__main__":
    try:
        main()
    except GradbondError as problem:
        sys.exit(f"member: {problem}")
