"""DeepCoin's supply is fixed when it is deployed."""

import brownie

from tests.contracts.federation import SUPPLY, ZERO, only_event


def test_holder_gets_the_whole_supply(owner):
    coin = owner.deploy(brownie.DeepCoin, owner, SUPPLY)
    assert coin.balanceOf(owner) == coin.totalSupply() == SUPPLY


def test_holder_need_not_be_the_deployer(owner, outsider):
    coin = owner.deploy(brownie.DeepCoin, outsider, SUPPLY)
    assert (coin.balanceOf(owner), coin.balanceOf(outsider)) == (0, SUPPLY)


def test_emits_the_first_transfer(owner):
    coin = owner.deploy(brownie.DeepCoin, owner, SUPPLY)
    assert only_event(coin.tx, "Transfer") == {"from": ZERO, "to": owner, "value": SUPPLY}


def test_is_called_deepcoin(coin):
    assert (coin.name(), coin.symbol(), coin.decimals()) == ("DeepCoin", "DEEP", 18)


def test_nobody_can_mint(coin):
    changing = {
        entry["name"]
        for entry in coin.abi
        if entry["type"] == "function" and entry["stateMutability"] == "nonpayable"
    }
    assert changing == {"approve", "burn", "burnFrom", "transfer", "transferFrom"}
