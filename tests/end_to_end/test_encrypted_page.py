"""Page, dashboard and receipts of an encrypted task through the commands, from a folder and from a node."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain import EmbeddedChain, export_chain
from fl_client.records import LiveRecords, Subject
from fl_client.reporting.dashboard import HEADERS, Dashboard
from fl_client.simulation.encrypted_cheats import LateParty, WrongProofParty
from tests.encrypted_stage import Stage, make_ground

from .conftest import run_fl
from .replay import replaying
from .test_dashboard import get, served, state, until


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """One round in which party 4 is late and party 5 proves wrongly."""
    ground = make_ground(tmp_path_factory.mktemp("encrypted"))
    return Stage(ground, parties=6, kinds={3: LateParty, 4: WrongProofParty}).run()


@pytest.fixture(scope="module")
def folder(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is public of it: chain and store."""
    out = tmp_path_factory.mktemp("public") / "run"
    export_chain(stage.connection, out / "chain")
    shutil.copytree(stage.folder / "store", out / "store")
    stage.ground.deployment.write(out / "deployment.json")
    return out


def told(*arguments: object) -> Any:
    done = run_fl(*map(str, arguments), "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Words(HTMLParser):
    """The text of a page; no element of it may run or fetch anything."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("link", "img", "iframe", "object") and not dict(attrs).get("src")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_a_report_is_written_and_says_what_happened(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    done = run_fl("report", str(folder), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "agrees" in done.stdout
    text = Words(out.read_text()).text
    for words in ("Encrypted task", "The audit agrees", "Key and dealer", "3 of 6 parties, and no fewer"):
        assert words in text
    assert (
        "an update that did not come in time" in text and "a statement that could not be shown right" in text
    )
    assert "4 accepted of weight 4, 6 shared: its model is final" in text


@pytest.fixture(scope="module")
def page(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = told("report", folder)
    return found


def test_a_node_says_the_same_as_the_folder(stage: Stage, folder: Path, page: dict[str, Any]) -> None:
    chain = stage.connection.node
    assert isinstance(chain, EmbeddedChain)
    with replaying(chain) as node:
        node.play()
        where = ["--rpc-url", node.url, "--deployment", folder / "deployment.json"]
        found = told("report", page["task"], *where, "--store", folder / "store")
        receipt = told("receipt", page["task"], "--trainer", stage.party(1).address, "--round", 1, *where)
    same = page.keys() - {"acts", "source", "audit"}
    assert {key: found[key] for key in same} == {key: page[key] for key in same}
    # Elsewhere than on a chain of one's own nobody trusts a key of 512 bits.
    assert "a modulus of 512 bits" in found["audit"]["first_difference"] and page["audit"]["passed"]
    missing = {act["call"].split()[0] for act in page["acts"]} - {act["call"] for act in found["acts"]}
    assert missing == {"deploy", "wire"} and receipt["verdict"] == "counted"


@pytest.mark.parametrize(("number", "verdict"), [(1, "counted"), (4, "late"), (5, "struck")])
def test_a_receipt_is_given_and_checked(
    stage: Stage, folder: Path, tmp_path: Path, number: int, verdict: str
) -> None:
    found = told("receipt", folder, "--trainer", stage.party(number).address, "--round", 1)
    assert found["verdict"] == verdict
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(found))
    assert told("receipt", folder, "--check", file) == {
        "passed": True,
        "records": len(found["records"]),
        "verdict": verdict,
    }
    file.write_text(json.dumps(found | {"counted": verdict != "counted"}))
    done = run_fl("receipt", str(folder), "--check", str(file))
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "counted" in done.stderr


def test_a_receipt_can_be_read(stage: Stage, folder: Path) -> None:
    done = run_fl("receipt", str(folder), "--trainer", stage.party(5).address, "--round", "1")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["verdict", "struck"] and any(one.startswith("lost ") for one in lines)
    assert any(one.startswith("UpdateSubmitted block ") for one in lines)


def test_blocks_are_still_refused_in_one_line(folder: Path) -> None:
    done = run_fl("export", "blocks", str(folder))
    assert done.returncode == 3 and done.stderr.count("\n") == 1 and "is an encrypted task" in done.stderr


# ---------------------------------------------------------------------- the dashboard


@pytest.fixture(scope="module")
def dashboard(folder: Path) -> Iterator[Dashboard]:
    with served(LiveRecords(Subject(where=str(folder)))) as found:
        yield found


def test_the_dashboard_serves_the_page_and_its_audit(dashboard: Dashboard, page: dict[str, Any]) -> None:
    until(lambda: "The audit agrees" in get(dashboard)[1])
    text = Words(get(dashboard)[1]).text
    assert "The task has ended; 1 round is final." in text and page["settings"]["dealer"] in text
    assert state(dashboard)["status"] == "The task has ended; 1 round is final."


def test_the_dashboard_only_reads(dashboard: Dashboard) -> None:
    answer, _ = get(dashboard)
    assert answer.status == 200 and dict(answer.getheaders()).items() >= HEADERS.items()
    assert get(dashboard, method="POST")[0].status == 405 and get(dashboard, "/elsewhere")[0].status == 404


def test_the_dashboard_follows_a_task_on_a_node(stage: Stage, folder: Path, page: dict[str, Any]) -> None:
    chain = stage.connection.node
    assert isinstance(chain, EmbeddedChain)
    submitted = [act["block"] for act in page["acts"] if act["call"] == "submit"]
    with replaying(chain) as node:
        node.play(submitted[1])
        subject = Subject(
            where=page["task"],
            rpc_url=node.url,
            deployment=folder / "deployment.json",
            store=folder / "store",
        )
        with LiveRecords(subject, poll_seconds=0.2) as live:
            now = live.snapshot.page["state"]
            assert (now["phase"], now["due"]) == ("submit", ["party 3", "party 4", "party 5", "party 6"])
            assert [one["verdict"] for one in live.snapshot.page["turns"][0]["parties"]] == ["open"] * 6
            node.play()
            until(lambda: bool(live.snapshot.page["state"]["ended"]))
            assert live.snapshot.problem is None
            for key in ("turns", "slashes", "timeline", "gas"):
                assert live.snapshot.page[key] == page[key], key
