"""Moving coins."""

from tests.contracts.federation import ONE, PURSE, ZERO, only_event, reverts


def test_moves_coins(coin, trainers, outsider):
    coin.transfer(outsider, ONE, {"from": trainers[0]})
    assert (coin.balanceOf(trainers[0]), coin.balanceOf(outsider)) == (PURSE - ONE, ONE)


def test_emits_transfer(coin, trainers, outsider):
    transaction = coin.transfer(outsider, ONE, {"from": trainers[0]})
    assert only_event(transaction, "Transfer") == {"from": trainers[0], "to": outsider, "value": ONE}


def test_more_than_the_balance_reverts(coin, trainers, outsider):
    with reverts("ERC20InsufficientBalance", trainers[0], PURSE, PURSE + 1):
        coin.transfer(outsider, PURSE + 1, {"from": trainers[0]})


def test_to_nobody_reverts(coin, trainers):
    with reverts("ERC20InvalidReceiver", ZERO):
        coin.transfer(ZERO, ONE, {"from": trainers[0]})
