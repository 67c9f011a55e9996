"""Deploy the contracts, and write the deployment file that every participant is given.

With Brownie, on its active network:

    brownie run deploy --network gradbond-devnet

or without it, the same as `fl deploy`:

    python scripts/deploy.py --rpc-url URL --keystore FILE --password-file FILE --out deployment.json

Under Brownie the same is said by environment variables: FL_KEYSTORE and FL_PASSWORD_FILE (without a keystore the
node's first unlocked account deploys, which only a development node has), FL_DEPLOYMENT, GRADBOND_BOUNDS.
The bytecode is the package's own, checked against contracts/ by `make check-artifacts`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from fl_client.chain import Connection
from fl_client.chain.contracts import Deployment
from fl_client.cli.app import main as fl
from fl_client.cli.deploy import deploy_to, show_deployment
from fl_client.cli.session import open_account
from fl_client.cli.settings import load_settings
from fl_client.errors import GradbondError

# What local nodes call their chains: anvil and Hardhat, Ganache, geth --dev.
LOCAL_CHAINS = frozenset({31337, 1337})


def main() -> Deployment:
    """Deploy to Brownie's active network."""
    from brownie import web3

    url = getattr(web3.provider, "endpoint_uri", None) or getattr(web3.provider, "ipc_path", "")
    try:
        settings = load_settings()
        account = None if settings.keystore is None else open_account(settings)
        connection = Connection.open(str(url))
        usual = "devnet" if connection.chain_id in LOCAL_CHAINS else "production"
        out = settings.deployment or Path("deployment.json")
        deployment = deploy_to(connection, account, os.environ.get("GRADBOND_BOUNDS", usual), out)
    except GradbondError as problem:
        raise SystemExit(f"deploy: {problem}") from None
    show_deployment(deployment, out, as_json=False)
    return deployment


if __name__ == "__main__":
    fl(["deploy", *sys.argv[1:]])
