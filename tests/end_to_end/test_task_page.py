"""The page of a task, made from its chain and its store alone, says what the run itself said."""

import json
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_typing import BlockNumber

from fl_client.chain import Connection, EmbeddedChain, import_chain
from fl_client.chain.contracts import NOBODY, Deployment, Phase, TaskContract, find_factories
from fl_client.errors import ConfigError
from fl_client.records import OpenSubject, RecordWatch, Subject
from fl_client.records.spans import change_at
from fl_client.reporting import render_task
from fl_client.storage import LocalStore

from .conftest import Run, run_fl
from .replay import ReplayedNode, replaying

# What only the process of the run knows: of the page's facts nothing else may be missing.
OF_THE_PROCESS = {"command", "environment", "head", "left_out", "left_out_why", "out"}


@pytest.fixture(scope="module")
def chain(run: Run) -> EmbeddedChain:
    node = import_chain(run.out / "chain").node
    assert isinstance(node, EmbeddedChain)
    return node


@pytest.fixture(scope="module")
def folder_page(run: Run) -> dict[str, Any]:
    done = run_fl("report", str(run.out), "--definition", "digits", "--json")
    assert done.returncode == 0, done.stderr
    page: dict[str, Any] = json.loads(done.stdout)
    return page


@pytest.fixture(scope="module")
def node(chain: EmbeddedChain) -> Iterator[ReplayedNode]:
    with replaying(chain) as found:
        found.play()
        yield found


@pytest.fixture(scope="module")
def node_page(run: Run, node: ReplayedNode) -> dict[str, Any]:
    where = ["--rpc-url", node.url, "--deployment", str(run.out / "deployment.json")]
    options = ["--store", str(run.out / "store"), "--definition", "digits", "--json"]
    done = run_fl("report", run.summary["task"], *where, *options)
    assert done.returncode == 0, done.stderr
    page: dict[str, Any] = json.loads(done.stdout)
    return page


@pytest.fixture(params=["folder", "node"])
def page(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The same task's page by both ways to its chain."""
    found: dict[str, Any] = request.getfixturevalue(f"{request.param}_page")
    return found


def without(entries: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in entry.items() if key not in names} for entry in entries]


# ---------------------------------------------------------------------- the same facts


@pytest.mark.parametrize(
    "key",
    [
        "gas",
        "balances",
        "earnings",
        "timeline",
        "terms",
        "model_root",
        "task",
        "blocks",
        "final_accuracy",
        "metric",
    ],
)
def test_each_fact_equals_that_of_the_run(run: Run, page: dict[str, Any], key: str) -> None:
    assert page[key] == run.summary[key]


def test_rounds_are_measured_as_the_run_measured_them(run: Run, page: dict[str, Any]) -> None:
    assert page["rounds"] == without(run.summary["rounds"], "wall_seconds")


def test_slashes_are_told_with_the_same_evidence(run: Run, page: dict[str, Any]) -> None:
    """A refused call was simulated and never mined: no record has it."""
    found = []
    for slash in page["slashes"]:
        known = next(one for one in run.summary["slashes"] if one["transaction"] == slash["transaction"])
        refused = {"refused_with": None} if "refused_with" in known["facts"] else {}
        found.append(known | {"facts": known["facts"] | refused})
    assert page["slashes"] == found and len(found) == 4


def test_the_audit_gives_the_same_verdict(run: Run, page: dict[str, Any]) -> None:
    for key in ("passed", "rounds_checked", "slashes_checked", "model_root"):
        assert page["audit"][key] == run.summary["audit"][key]


def test_no_fact_of_the_run_is_left_out(run: Run, page: dict[str, Any]) -> None:
    assert run.summary.keys() - page.keys() == OF_THE_PROCESS


def test_a_folder_has_every_transaction(run: Run, folder_page: dict[str, Any]) -> None:
    assert folder_page["acts"] == run.summary["acts"]


def test_a_node_has_every_transaction_that_left_an_event_of_the_task(
    run: Run, node_page: dict[str, Any]
) -> None:
    found = {act["transaction"] for act in node_page["acts"]}
    assert node_page["acts"] == [act for act in run.summary["acts"] if act["transaction"] in found]
    missing = {act["call"].split()[0] for act in run.summary["acts"] if act["transaction"] not in found}
    assert missing == {"deploy", "wire"}


def test_every_stake_came_back_or_was_taken(page: dict[str, Any]) -> None:
    assert {one["stake"] for one in page["members"]} == {0}
    lost = {one["who"] for one in page["members"] if one["slashed"]}
    assert lost == {"trainer 4", "trainer 5", "trainer 6", "aggregator 2"}


# ---------------------------------------------------------------------- a task in progress


def at_block(chain: EmbeddedChain, number: int) -> RecordWatch:
    """The task as somebody sees it who comes when a block is the latest."""
    part = EmbeddedChain(chain.genesis)
    for one in range(1, number + 1):
        part.import_block(rlp.encode(chain.block(one)))
    connection = Connection.around(part)
    ((factory, task, _),) = find_factories(connection)
    watch = RecordWatch(TaskContract(connection, Deployment.of_factory(connection, factory), task))
    watch.read()
    return watch


def block_of(run: Run, call: str, round_: int, which: int = 0) -> int:
    """The block of a call in a round."""
    found = [act["block"] for act in run.summary["acts"] if (act["call"], act["round"]) == (call, round_)]
    return int(found[which])


def test_the_phase_is_the_contracts_own_at_every_block(run: Run, chain: EmbeddedChain) -> None:
    watch = at_block(chain, chain.height)
    task, connection = watch.contract.task, watch.contract.connection
    compared = 0
    for number in range(block_of(run, "createTask", 0), chain.height + 1):
        stamp = chain.block(number).header.timestamp
        phase, _ = connection.call(task.functions.phase(), block=BlockNumber(number))
        change = change_at(watch.phases.changes, stamp)
        assert change is not None and change.phase == Phase(phase), number
        compared += 1
    assert compared > 150


@pytest.mark.parametrize(
    ("call", "which", "phase", "due", "awaited"),
    [
        ("commitUpdate", 1, "commit", ["trainer 3", "trainer 4", "trainer 5", "trainer 6"], "commit"),
        ("commitUpdate", -1, "reveal", [f"trainer {number}" for number in range(1, 7)], "reveal"),
        ("revealUpdate", -1, "attest", [f"trainer {number}" for number in range(1, 7)], "vouch"),
        ("attestUpdates", -1, "attest", [], "vouch"),
        ("proposeAggregate", -1, "challenge", [], "challenge"),
        ("openDispute", -1, "challenge", ["aggregator 2"], "open its model's tree"),
        ("answerNodes", -1, "challenge", ["auditor"], "follow the difference"),
        ("pickNode", -1, "challenge", ["aggregator 2"], "open the 64 numbers"),
    ],
)
def test_a_task_in_progress_says_who_is_due(
    run: Run, chain: EmbeddedChain, call: str, which: int, phase: str, due: list[str], awaited: str
) -> None:
    """The fifth round is the one with the dispute."""
    found = state_at(run, at_block(chain, block_of(run, call, 5, which)))
    assert (found["phase"], found["due"], found["round"]) == (phase, due, 5)
    assert awaited in found["awaited"] and not found["ended"]
    assert found["deadline"] > found["now"]


def state_at(run: Run, watch: RecordWatch) -> dict[str, Any]:
    return page_at(run, watch)["state"]


def page_at(run: Run, watch: RecordWatch) -> dict[str, Any]:
    source = {"kind": "folder", "folder": str(run.out), "head": "0x"}
    seen = OpenSubject(
        contract=watch.contract, store=LocalStore(run.out / "store"), alone=True, source=source
    )
    page = seen.facts(watch, None).of_task()
    return page | {"source": seen.source, "audit": seen.audit().to_json()}


def test_a_page_of_a_task_in_progress_shows_what_there_is(run: Run, chain: EmbeddedChain) -> None:
    page = page_at(run, at_block(chain, block_of(run, "answerNodes", 5)))
    assert [one["round"] for one in page["rounds"]] == [1, 2, 3, 4] and len(page["slashes"]) == 3
    stakes = {one["who"]: one["stake"] for one in page["members"]}
    terms = page["terms"]
    assert stakes["trainer 1"] == terms["trainer_stake"] and stakes["aggregator 1"] == terms["sealer_stake"]
    assert page["audit"]["passed"] and page["audit"]["rounds_checked"] == 4
    text = text_of(render_task(page))
    assert "Round 5, phase challenge: the auditor is to follow the difference." in text
    assert "checked up to round 4" in text and "in progress" in text


@pytest.mark.parametrize("call", ["createTask", "joinAsTrainer", "start"])
def test_a_task_that_has_hardly_begun_has_a_page(run: Run, chain: EmbeddedChain, call: str) -> None:
    page = page_at(run, at_block(chain, next(a["block"] for a in run.summary["acts"] if a["call"] == call)))
    assert page["rounds"] == [] and not page["state"]["ended"]
    assert "No round is final yet" in text_of(render_task(page))


# ---------------------------------------------------------------------- missing and hostile bytes


class Reader(HTMLParser):
    """Tags and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def text_of(page: str) -> str:
    reader = Reader()
    reader.feed(page)
    assert "script" not in reader.tags
    return " ".join(" ".join(reader.words).split())


@pytest.fixture
def copy(run: Run, tmp_path: Path) -> Path:
    for part in ("chain", "store"):
        shutil.copytree(run.out / part, tmp_path / "run" / part)
    return tmp_path / "run"


def reported(copy: Path, *options: str) -> str:
    out = copy.parent / "page.html"
    done = run_fl("report", str(copy), "--out", str(out), *options)
    assert done.returncode == 0, done.stderr
    return out.read_text()


def test_a_store_without_bytes_says_what_is_missing(copy: Path) -> None:
    for path in (copy / "store").iterdir():
        path.unlink() if path.is_file() else shutil.rmtree(path)
    text = text_of(reported(copy, "--definition", "digits"))
    assert "No accuracy for 6 rounds: the model's bytes are not to be had." in text
    assert "The audit cannot be completed" in text and "bafk" in text
    assert "wrong-norm" in text and "200.00 coins taken" in text  # what the chain alone says is there


def test_bytes_that_are_no_model_are_told_and_never_shown(copy: Path) -> None:
    for path in (copy / "store").rglob("*"):
        if path.is_file():
            path.write_bytes(b"<script>alert(1)</script>" * 40)
    page = reported(copy, "--definition", "digits")
    assert "alert(1)" not in page
    assert "No accuracy for 6 rounds" in text_of(page) and "The audit differs" in text_of(page)


def test_without_a_definition_the_page_says_which_one_is_missing(copy: Path, run: Run) -> None:
    text = text_of(reported(copy))
    assert "Accuracy and loss are not shown" in text and "--definition" in text
    assert "not measured" in text and "The audit agrees" in text


def test_a_file_of_the_folder_that_is_not_public_is_not_read(copy: Path, run: Run) -> None:
    """Only chain/ and store/ were copied, and the facts are those of the run."""
    done = run_fl("report", str(copy), "--definition", "digits", "--json")
    assert json.loads(done.stdout)["balances"] == run.summary["balances"]


# ---------------------------------------------------------------------- arguments


def test_another_definition_is_refused_with_both_hashes(run: Run) -> None:
    definition = Path(__file__).resolve().parents[2] / "examples" / "breast_cancer.py"
    done = run_fl("report", str(run.out), "--definition", f"{definition}:BreastCancer")
    assert done.returncode == 3 and done.stderr.count("0x") == 2


def test_an_altered_chain_has_no_page(copy: Path) -> None:
    path = copy / "chain" / "blocks.rlp"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    done = run_fl("report", str(copy), "--out", str(copy / "page.html"))
    assert done.returncode == 7 and "block" in done.stderr and not (copy / "page.html").exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"where": "nowhere"}, "chain/"),
        ({"where": "0x" + "11" * 20}, "--rpc-url"),
        ({"where": "0x" + "zz" * 20}, "address"),
        ({"where": "nowhere", "task": "0x12"}, "--task"),
    ],
)
def test_a_wrong_subject_is_refused_in_one_line(arguments: dict[str, Any], word: str) -> None:
    with pytest.raises(ConfigError, match=word) as problem:
        Subject(**arguments)
    assert "\n" not in str(problem.value)


def test_a_task_that_the_folder_does_not_hold_is_named(run: Run) -> None:
    with pytest.raises(ConfigError, match=run.summary["task"]):
        Subject(where=str(run.out), task=NOBODY).open()


def test_a_store_that_is_not_there_is_not_made(run: Run, tmp_path: Path) -> None:
    store = tmp_path / "store"
    with pytest.raises(ConfigError, match="--store"):
        Subject(
            where=run.summary["task"],
            rpc_url="http://127.0.0.1:1",
            deployment=run.out / "deployment.json",
            store=store,
        )
    assert not store.exists() and LocalStore(run.out / "store").folder.exists()
