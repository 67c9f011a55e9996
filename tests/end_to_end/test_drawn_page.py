"""Where trainers are drawn, the page knows who was: the lots are computed from the chain's seed."""

from pathlib import Path

import rlp

from fl_client.chain import Connection, EmbeddedChain, import_chain
from fl_client.chain.contracts import Deployment, TaskContract, find_factories
from fl_client.records import RecordWatch
from fl_client.records.state import PresentState

from .conftest import run_fl


def test_those_due_are_those_whom_the_contract_says_are_drawn(tmp_path: Path) -> None:
    drawn = (
        "--participants",
        "9",
        "--rounds",
        "2",
        "--fraction",
        "0.7",
        "--partition",
        "iid",
        "--epochs",
        "1",
    )
    done = run_fl("demo", *drawn, "--honest", "--out", str(tmp_path / "run"), "--json")
    assert done.returncode == 0, done.stderr
    whole = import_chain(tmp_path / "run" / "chain").node
    assert isinstance(whole, EmbeddedChain)
    part, compared, undecided = EmbeddedChain(whole.genesis), 0, 0
    connection, watch = Connection.around(part), None
    for number in range(1, whole.height + 1):
        part.import_block(rlp.encode(whole.block(number)))
        if watch is None:
            made = find_factories(connection)
            if not made:
                continue
            ((factory, task, _),) = made
            watch = RecordWatch(TaskContract(connection, Deployment.of_factory(connection, factory), task))
        watch.read()
        found = PresentState(watch).to_json()
        if found["phase"] != "commit":
            continue
        if found["awaited"] == "the draw is not decided":
            undecided += 1
            continue
        committed = {one.trainer for one in watch.ledger.current().commits}
        awaited = [
            one for one in watch.ledger.trainers if one not in committed and watch.contract.is_drawn(one)
        ]
        assert found["due"] == [watch.roster.name_of(one) for one in awaited], number
        compared += bool(awaited)
    assert compared > 4 and undecided
