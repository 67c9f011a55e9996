"""Destroying coins."""

from tests.contracts.federation import ONE, PURSE, SUPPLY, ZERO, only_event, reverts


def test_lowers_balance_and_supply(coin, trainers):
    coin.burn(ONE, {"from": trainers[0]})
    assert (coin.balanceOf(trainers[0]), coin.totalSupply()) == (PURSE - ONE, SUPPLY - ONE)


def test_emits_transfer_to_nobody(coin, trainers):
    transaction = coin.burn(ONE, {"from": trainers[0]})
    assert only_event(transaction, "Transfer") == {"from": trainers[0], "to": ZERO, "value": ONE}


def test_more_than_the_balance_reverts(coin, outsider):
    with reverts("ERC20InsufficientBalance", outsider, 0, 1):
        coin.burn(1, {"from": outsider})


def test_of_others_needs_an_allowance(coin, trainers, outsider):
    with reverts("ERC20InsufficientAllowance", outsider, 0, ONE):
        coin.burnFrom(trainers[0], ONE, {"from": outsider})


def test_of_others_uses_the_allowance(coin, trainers, outsider):
    coin.approve(outsider, ONE, {"from": trainers[0]})
    coin.burnFrom(trainers[0], ONE, {"from": outsider})
    assert (coin.totalSupply(), coin.allowance(trainers[0], outsider)) == (SUPPLY - ONE, 0)
