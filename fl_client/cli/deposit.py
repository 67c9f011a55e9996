"""`fl deposit`: the penalty and the stake that make honesty pay, by DeepChain's theorems."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Annotated, Any

import typer

from fl_client.cli.options import AsJson
from fl_client.staking import UNITS, Deposit, Fraud, amount


def deposit(
    reward: Annotated[str, typer.Option(help="Coins that one deed earns.", metavar="COINS")],
    detection: Annotated[
        str, typer.Option(help="Probability with which a fault is seen.", metavar="P")
    ] = "1",
    theta: Annotated[str, typer.Option(help="Honesty asked for, 0 to below 1.", metavar="T")] = "2/3",
    leader: Annotated[
        str, typer.Option(help="Probability with which a worker leads (theorem 2).", metavar="P")
    ] = "1",
    cost: Annotated[
        str, typer.Option(help="Coins that doing it rightly costs, where known.", metavar="COINS")
    ] = "0",
    role: Annotated[str, typer.Option(help="Whose: trainer, sealer or party.")] = "trainer",
    burn: Annotated[str, typer.Option(help="Share of a slash that is burned.", metavar="SHARE")] = "0.2",
    accomplices: Annotated[
        str, typer.Option(help="Share of the round's other accounts that a cheat owns.", metavar="SHARE")
    ] = "0",
    as_json: AsJson = False,
) -> None:
    """Show the least penalty and stake with which cheating is a loss, and how a task states them.

    Numbers are exact: 0.8 or 2/3. Whoever is honest with a probability below theta then expects to lose. Pr_v=1 and
    theta=2/3 ask for twice the reward, Pr_v=0.8 for 2.75 times.

    Example: fl deposit --reward 4 --detection 0.8 --theta 2/3
    """
    found = Deposit(
        fraud=Fraud(
            reward=amount(reward, "--reward"),
            detection=amount(detection, "--detection"),
            theta=amount(theta, "--theta"),
            leader=amount(leader, "--leader"),
            cost=amount(cost, "--cost"),
        ),
        role=role,
        burn=amount(burn, "--burn"),
        accomplices=amount(accomplices, "--accomplices"),
    )
    if as_json:
        typer.echo(json.dumps(_facts(found), sort_keys=True))
        return
    fraud = found.fraud
    typer.echo(
        f"fine / reward   more than {_shown(fraud.ratio)}: a fault is caught with {_shown(fraud.caught)}"
    )
    typer.echo(f"fine            more than {_shown(fraud.least_fine)} coins lost by each fault that is seen")
    back = f"of a slash at least {_shown(found.lost_share)} is lost, the rest can come back to a cheat"
    typer.echo(f"penalty         more than {_shown(found.bound)} coins: {back}")
    typer.echo("stake           as much: a slash takes at most the stake")
    typer.echo("\n".join(("in a task file:", *(f"  {line}" for line in found.statement))))
    if not found.admitted:
        typer.echo("no task takes it: a production factory admits stakes up to 1,000,000 coins")


def _facts(found: Deposit) -> dict[str, Any]:
    return {
        "admitted": found.admitted,
        "caught": str(found.fraud.caught),
        "least_fine": str(found.fraud.least_fine),
        "least_penalty": str(found.penalty_units),
        "least_stake": str(found.stake_units),
        "lost_share": str(found.lost_share),
        "penalty_above": str(found.bound),
        "ratio": str(found.fraud.ratio),
        "role": found.role,
        "statement": list(found.statement),
        "units_per_coin": str(UNITS),
    }


def _shown(value: Fraction) -> str:
    """At most six digits, and as a fraction where that says it exactly."""
    text = f"{float(value):.6g}"
    return text if Fraction(text) == value else f"{text} ({value})"
