"""`fl attack`: one attack on a federation in this process, with and without a defence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

if TYPE_CHECKING:
    from fl_client.simulation.attacks import Bout


def attack(
    name: Annotated[str, typer.Argument(help="Which attack, or `list` for all names.", metavar="NAME")],
    fraction: Annotated[float, typer.Option(help="Share of the trainers that attack, below 0.5.")] = 0.2,
    rule: Annotated[
        str | None,
        typer.Option(help=r"The defence, \[bound:NORM+]RULE; nnm:2+trimmed-mean:0.2 by default."),
    ] = None,
    partition: Annotated[str, typer.Option(help="iid, shards or dirichlet:ALPHA.")] = "iid",
    participants: Annotated[int, typer.Option(help="Trainers, attackers included.")] = 10,
    rounds: Annotated[int, typer.Option(help="Rounds of each of the three runs.")] = 5,
    seed: Annotated[int, typer.Option(help="Decides data split, model, keys, salts and noise.")] = 0,
    validators: Annotated[
        int, typer.Option(help="Validators who score updates where the rule defends, 3 to 64; 0: none.")
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")
    ] = False,
) -> None:
    """Attack a federation on a chain in this process: what it does to the model, who is caught, whether it paid.

    Three runs on the digits task: nobody attacks; the attack on the plain mean; the attack on the rule. Profit is
    counted from the chain: coins earned and returned, less those staked.

    Example: fl attack sign-flip --fraction 0.2 --rule multi-krum:2+mean --partition dirichlet:0.5

    Example: fl attack copy --json
    """
    # Torch takes seconds to import: only this command pays for it.
    from fl_client.simulation.attacks import ATTACKS, DEFAULT_RULE, WORDS, DuelSettings, run_duel

    if name == "list":
        lines = (f"{one:<17}{WORDS[one]}" for one in ATTACKS)
        typer.echo(json.dumps(list(ATTACKS)) if as_json else "\n".join(lines))
        return
    settings = DuelSettings(
        attack=name,
        fraction=fraction,
        rule=DEFAULT_RULE if rule is None else rule,
        partition=partition,
        participants=participants,
        rounds=rounds,
        seed=seed,
        validators=validators,
    )
    console = Console(highlight=False, stderr=as_json, quiet=as_json, soft_wrap=True)

    def finished(run: str, bout: Bout) -> None:
        by_round = " ".join(f"{one:.4f}" for one in bout.accuracies) or "no round became final"
        console.print(f"{run:<11}accuracy by round: {by_round}")

    found = run_duel(settings, finished).as_json()
    if as_json:
        typer.echo(json.dumps(found, sort_keys=True))
        return
    show_duel(console, found)


def show_duel(console: Console, found: dict[str, Any]) -> None:
    """Print what `fl attack --json` would, in words."""
    from fl_client.simulation.attacks import MODEL_ATTACKS

    console.print(
        f"\n{found['attack']} by {found['attackers']} against {found['rule']}, {found['partition']} shares"
    )
    for key in ("clean", "undefended", "defended"):
        console.print(f"  accuracy, {key:<11} {found[f'{key}_accuracy']:.4f}")
    for key in ("undefended", "defended"):
        if f"{key}_judges" in found:
            judges = f"{found[f'{key}_judges']} of {found['committee']} validators collude"
            paid = ", ".join(f"{side} {coins:+g}" for side, coins in found[f"{key}_paid"].items())
            console.print(f"  {key} is where {judges}; coins of one: {paid}")
        if f"{key}_success" in found:
            console.print(f"  backdoor, {key:<11} {found[f'{key}_success']:.4f} of triggered images")
    for one in found["caught"]:
        how = [*one["slashed"][:1], *([one["refused"]] if one["refused"] else [])]
        if one["left_out"]:
            how.append(f"left out of {one['left_out']} rounds")
        console.print(f"  caught: {one['who']} ({', '.join(how)}), lost {one['lost']:g} coins")
    if not found["caught"]:
        # What an attack on the protocol does can be noticed; that nobody was is all there is to say.
        only = "; the updates are well-formed, only the rule holds them down"
        console.print(f"  caught: nobody{only if found['attack'] in MODEL_ATTACKS else ''}")
    scaled = f" ({found['attacker_profit_per_100_rounds']:+.0f} in 100)" if found["rounds"] else ""
    console.print(
        f"  the attackers' profit: {found['attacker_profit']:+g} coins in {found['rounds']} final rounds{scaled}; "
        f"an honest trainer's: {found['honest_profit']:+g}"
    )
    each = found["attacker_profit"] / found["attackers"]
    less = ", and less than honest work" if each < found["honest_profit"] else ""
    console.print(f"  cheating {'paid' + less if found['cheating_paid'] else 'did not pay'}")
