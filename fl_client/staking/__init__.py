"""Stakes and penalties before they are locked: how much makes honesty pay."""

from fl_client.staking.deposit import ROLES, UNITS, Deposit, Fraud, amount, coins_up

__all__ = ["ROLES", "UNITS", "Deposit", "Fraud", "amount", "coins_up"]
