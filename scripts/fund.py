"""Give ether and coins to accounts of a development chain:

    python scripts/fund.py --rpc-url URL [--deployment deployment.json --coins 500] [--ether 10] ADDRESS ...

Ether comes from the node's first unlocked account, and so do the coins if that account deployed the contracts;
otherwise name the keystore of the account that did.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from fl_client.chain import Connection, Journal, Sender, TransactionSender, UnlockedSender
from fl_client.chain.contracts import ONE_COIN, Deployment
from fl_client.cli.script import (
    ScriptParser,
    add_key_options,
    add_node_options,
    load_account,
    parse_address,
    run,
)
from fl_client.errors import ChainError, ConfigError
from fl_client.types import Address

ONE_ETHER = 10**18


def give_coins(connection: Connection, sender: Sender, deployment: Deployment, to: Address, coins: int) -> None:
    """Send coins, after a look at what there is.

    Raises:
        ChainError: the sender has fewer.
    """
    coin = connection.contract("DeepCoin", deployment.coin)
    held = connection.call(coin.functions.balanceOf(sender.address))
    if held < coins * ONE_COIN:
        raise ChainError(
            f"{sender.address} has {held // ONE_COIN} coins, {coins} are to be given: whoever deployed has them all, "
            "name its keystore"
        )
    sender.send(coin.functions.transfer(to, coins * ONE_COIN))


def main() -> None:
    """Fund every account that is named."""
    parser = ScriptParser(description="Give ether and coins to accounts of a development chain.")
    add_node_options(parser, deployment=False)
    add_key_options(parser)
    parser.add_argument("--deployment", type=Path, metavar="FILE", help="deployment file, to give coins")
    parser.add_argument("--ether", type=int, default=10, help="whole ether to each (10)")
    parser.add_argument("--coins", type=int, default=500, help="whole coins to each (500)")
    parser.add_argument("accounts", nargs="+", metavar="ADDRESS")
    given = parser.parse_args()
    if given.ether < 0 or given.coins < 0:
        raise ConfigError("--ether and --coins are whole numbers from 0")
    accounts = [parse_address(text, "an account") for text in given.accounts]
    deployment = None if given.deployment is None else Deployment.read(given.deployment)
    connection = Connection.open(given.rpc_url, chain_id=None if deployment is None else deployment.chain_id)
    bank = UnlockedSender(connection)
    holder = load_account(given.keystore, given.password_file)
    with tempfile.TemporaryDirectory() as folder, Journal(folder) as journal:
        sender = bank if holder is None else TransactionSender(connection, holder, journal)
        for account in accounts:
            if given.ether:
                bank.give(account, given.ether * ONE_ETHER)
            coins = 0 if deployment is None else given.coins
            if deployment is not None and coins:
                give_coins(connection, sender, deployment, account, coins)
            said = {"account": account, "coins": coins, "ether": given.ether}
            print(json.dumps(said) if given.json else f"{account}: {given.ether} ether, {coins} coins")


if __name__ == "__main__":
    run("fund", main)
