"""Deploy the contracts, and write the deployment file that every participant is given.

With Brownie, on its active network:

    brownie run deploy --network gradbond-devnet

or without it:

    python scripts/deploy.py --rpc-url URL --keystore FILE --password-file FILE --out deployment.json

Under Brownie the same is said by environment variables: GRADBOND_KEYSTORE and GRADBOND_PASSWORD_FILE (without
them the node's first unlocked account deploys, which only a development node has), GRADBOND_OUT, GRADBOND_BOUNDS.
The bytecode is the package's own, checked against contracts/ by `make check-artifacts`.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

from fl_client.chain import Account, Connection, Journal, TransactionSender, UnlockedSender
from fl_client.chain.contracts import Deployment, FactoryBounds, deploy
from fl_client.cli.script import (
    ScriptParser,
    add_key_options,
    add_node_options,
    check_writable,
    load_account,
    run,
)
from fl_client.errors import ConfigError, GradbondError

BOUNDS = {"production": FactoryBounds, "devnet": FactoryBounds.devnet}
# What local nodes call their chains: anvil and Hardhat, Ganache, geth --dev.
LOCAL_CHAINS = frozenset({31337, 1337})


def deploy_to(connection: Connection, account: Account | None, bounds: str, out: Path) -> Deployment:
    """Deploy as an account, or as the node's first unlocked one, and write the file."""
    if bounds not in BOUNDS:
        raise ConfigError(f"bounds are {bounds!r}: give {' or '.join(BOUNDS)}")
    check_writable(out, "the deployment file")
    if account is None:
        deployment = deploy(UnlockedSender(connection), connection, bounds=BOUNDS[bounds]())
    else:
        # A deployment that breaks off is begun anew: nothing of it needs to be kept.
        with tempfile.TemporaryDirectory() as folder, Journal(folder) as journal:
            sender = TransactionSender(connection, account, journal)
            deployment = deploy(sender, connection, bounds=BOUNDS[bounds]())
    deployment.write(out)
    return deployment


def main() -> Deployment:
    """Deploy to Brownie's active network."""
    from brownie import web3

    url = getattr(web3.provider, "endpoint_uri", None) or getattr(web3.provider, "ipc_path", "")
    keystore, password_file = (os.environ.get(f"GRADBOND_{name}") for name in ("KEYSTORE", "PASSWORD_FILE"))
    out = Path(os.environ.get("GRADBOND_OUT", "deployment.json"))
    try:
        if (keystore is None) != (password_file is None):
            raise ConfigError("GRADBOND_KEYSTORE and GRADBOND_PASSWORD_FILE go together: set both")
        account = load_account(
            None if keystore is None else Path(keystore), None if password_file is None else Path(password_file)
        )
        connection = Connection.open(str(url))
        usual = "devnet" if connection.chain_id in LOCAL_CHAINS else "production"
        deployment = deploy_to(connection, account, os.environ.get("GRADBOND_BOUNDS", usual), out)
    except GradbondError as problem:
        raise SystemExit(f"deploy: {problem}") from None
    _show(deployment, out, as_json=False)
    return deployment


def command_line() -> Deployment:
    """Deploy to the node that the arguments name."""
    parser = ScriptParser(description="Deploy the contracts and write the deployment file.")
    add_node_options(parser, deployment=False)
    add_key_options(parser)
    parser.add_argument("--unlocked", action="store_true", help="as a development node's first account")
    parser.add_argument("--out", type=Path, default=Path("deployment.json"), metavar="FILE", help="to be written")
    parser.add_argument("--bounds", choices=sorted(BOUNDS), default="production", help="what tasks may ask for")
    given = parser.parse_args()
    account = load_account(given.keystore, given.password_file)
    if (account is None) != given.unlocked:
        raise ConfigError("who deploys? give --keystore with --password-file, or --unlocked on a development node")
    deployment = deploy_to(Connection.open(given.rpc_url), account, given.bounds, given.out)
    _show(deployment, given.out, as_json=given.json)
    return deployment


def _show(deployment: Deployment, out: Path, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": str(out), **asdict(deployment)}, sort_keys=True))
        return
    for name, value in asdict(deployment).items():
        print(f"{name:<10} {value}")
    print(f"written to {out}")


if __name__ == "__main__":
    run("deploy", command_line)
