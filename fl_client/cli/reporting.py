"""How a role tells what it does: lines for people, objects for programs."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

import typer

from fl_client.chain.contracts import ONE_COIN
from fl_client.roles import Participant


class Diary:
    """Writes down each deed of a role, and where the task is whenever that has changed."""

    def __init__(self, participant: Participant, *, as_json: bool) -> None:
        self._participant = participant
        self._as_json = as_json
        self._where: tuple[object, ...] = ()

    def deed(self, text: str) -> None:
        """One line for what was done."""
        self._say(deed=text)

    def idle(self) -> None:
        """One line when the phase has changed since the last one: phase, deadline, peers, stake."""
        contract, account = self._participant.contract, self._participant.address
        with contract.held():
            phase, _ = contract.phase(account)
            clock = contract.clock(account)
            where = (clock.round, clock.turn, phase)
            if where == self._where:
                return
            self._where = where
            stake, _ = contract.stake(account, self._participant.stakes_as)
            self._say(
                phase=phase.name.lower(),
                deadline=contract.deadline(account),
                rounds=contract.parameters.rounds,
                trainers=clock.active,
                sealers=sum(bool(int(seat, 16)) for seat in contract.seats()),
                stake=f"{stake / ONE_COIN:g}",
            )

    def _say(self, **said: object) -> None:
        ledger, role = self._participant.ledger, self._participant.role
        now = datetime.now(UTC).isoformat(timespec="seconds")
        entry = {"time": now, "role": role, "account": self._participant.address, **said}
        entry |= {"round": ledger.round, "turn": ledger.turn}
        if self._as_json:
            typer.echo(json.dumps(entry, sort_keys=True))
        elif "deed" in said:
            typer.echo(f"{now[11:19]} round {ledger.round:<3} {role}: {said['deed']}")
        else:
            typer.echo(f"{now[11:19]} round {ledger.round:<3} {_spelt(said)}")
        sys.stdout.flush()


def _spelt(said: dict[str, object]) -> str:
    until = int(str(said["deadline"]))
    ends = f" until {datetime.fromtimestamp(until).astimezone():%H:%M:%S}" if until else ""
    return (
        f"of {said['rounds']}: {said['phase']}{ends}; {said['trainers']} trainers, {said['sealers']} sealers, "
        f"{said['stake']} coins staked here"
    )


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {"level": record.levelname.lower(), "log": record.name, "message": record.getMessage()}
        return json.dumps(entry | {"time": datetime.now(UTC).isoformat(timespec="seconds")}, sort_keys=True)


def log_to_stderr(*, as_json: bool) -> None:
    """Warnings of the package on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines() if as_json else logging.Formatter("fl: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
