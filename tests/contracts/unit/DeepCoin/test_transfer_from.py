"""Moving coins by allowance."""

from tests.contracts.federation import ONE, ZERO, only_event, reverts


def test_approve_sets_the_allowance(coin, trainers, outsider):
    coin.approve(outsider, ONE, {"from": trainers[0]})
    assert coin.allowance(trainers[0], outsider) == ONE


def test_approve_emits_approval(coin, trainers, outsider):
    transaction = coin.approve(outsider, ONE, {"from": trainers[0]})
    assert only_event(transaction, "Approval") == {"owner": trainers[0], "spender": outsider, "value": ONE}


def test_approving_nobody_reverts(coin, trainers):
    with reverts("ERC20InvalidSpender", ZERO):
        coin.approve(ZERO, ONE, {"from": trainers[0]})


def test_moves_coins_and_uses_the_allowance(coin, trainers, outsider):
    coin.approve(outsider, 3 * ONE, {"from": trainers[0]})
    coin.transferFrom(trainers[0], outsider, ONE, {"from": outsider})
    assert (coin.balanceOf(outsider), coin.allowance(trainers[0], outsider)) == (ONE, 2 * ONE)


def test_more_than_the_allowance_reverts(coin, trainers, outsider):
    coin.approve(outsider, ONE, {"from": trainers[0]})
    with reverts("ERC20InsufficientAllowance", outsider, ONE, ONE + 1):
        coin.transferFrom(trainers[0], outsider, ONE + 1, {"from": outsider})
