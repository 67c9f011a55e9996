"""How a role tells what it does: lines for people, objects for programs."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

import typer

from fl_client.chain.contracts import ONE_COIN, Role
from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.roles import Participant
from fl_client.roles.encrypted_actor import EncryptedActor


class Diary:
    """Writes down each deed of a role, and where the task is whenever that has changed."""

    def __init__(self, participant: Participant | EncryptedActor, *, as_json: bool) -> None:
        self._participant = participant
        self._as_json = as_json
        self._where: tuple[object, ...] = ()

    def deed(self, text: str) -> None:
        """One line for what was done."""
        self._say(deed=text)

    def note(self, text: str) -> None:
        """One line that is to be read before anything is done."""
        self._say(note=text)

    def idle(self) -> None:
        """One line when the phase has changed since the last one: phase, deadline, peers, stake."""
        one = self._participant
        with one.contract.held():
            where, said = _of_party(one) if isinstance(one, EncryptedActor) else _of_task(one)
            if where != self._where:
                self._where = where
                self._say(**said)

    def _say(self, **said: object) -> None:
        one = self._participant
        now = datetime.now(UTC).isoformat(timespec="seconds")
        round_, turn = (
            _number(one) if isinstance(one, EncryptedActor) else (one.ledger.round, one.ledger.turn)
        )
        entry = {"time": now, "role": one.role, "account": one.address, **said, "round": round_, "turn": turn}
        if self._as_json:
            typer.echo(json.dumps(entry, sort_keys=True))
        elif "phase" in said:
            typer.echo(f"{now[11:19]} round {round_:<3} {_spelt(said)}")
        else:
            typer.echo(f"{now[11:19]} round {round_:<3} {one.role}: {said.get('deed') or said.get('note')}")
        sys.stdout.flush()


def _of_task(participant: Participant) -> tuple[tuple[object, ...], dict[str, object]]:
    """What tells two phases of a plain task apart, and what is said of the present one."""
    contract, account = participant.contract, participant.address
    phase, _ = contract.phase(account)
    clock = contract.clock(account)
    stake, _ = contract.stake(account, participant.stakes_as)
    said: dict[str, object] = {
        "phase": phase.name.lower(),
        "deadline": contract.deadline(account),
        "rounds": contract.parameters.rounds,
        "trainers": clock.active,
        "sealers": sum(bool(int(seat, 16)) for seat in contract.seats()),
        "stake": f"{stake / ONE_COIN:g}",
    }
    return (clock.round, clock.turn, phase), said


def _of_party(participant: EncryptedActor) -> tuple[tuple[object, ...], dict[str, object]]:
    """The same of an encrypted task."""
    contract, state = participant.contract, participant.contract.state()
    stake, _ = contract.stake(participant.address, Role.TRAINER)
    said: dict[str, object] = {
        "phase": state.phase.name.lower(),
        "deadline": 0 if state.phase is EncryptedPhase.ENDED else state.deadline,
        "rounds": contract.parameters.rounds,
        "parties": state.parties or len(participant.ledger.keys),
        "stake": f"{stake / ONE_COIN:g}",
    }
    return (state.ceremony, state.turn, state.period, state.proposals, state.phase), said


def _number(participant: EncryptedActor) -> tuple[int, int]:
    """Round and turn, 0 before the first."""
    turn = participant.ledger.turn
    return (0, 0) if turn is None else (turn.round, turn.number)


def _spelt(said: dict[str, object]) -> str:
    until = int(str(said["deadline"]))
    ends = f" until {datetime.fromtimestamp(until).astimezone():%H:%M:%S}" if until else ""
    peers = ", ".join(f"{said[name]} {name}" for name in ("parties", "trainers", "sealers") if name in said)
    return f"of {said['rounds']}: {said['phase']}{ends}; {peers}, {said['stake']} coins staked here"


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {"level": record.levelname.lower(), "log": record.name, "message": record.getMessage()}
        return json.dumps(entry | {"time": datetime.now(UTC).isoformat(timespec="seconds")}, sort_keys=True)


def log_to_stderr(*, as_json: bool) -> None:
    """Warnings of the package on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines() if as_json else logging.Formatter("fl: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
