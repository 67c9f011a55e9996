"""The dashboard over a node: follows the chain, asks it little, and answers nobody but this machine."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from fl_client.chain import EmbeddedChain, import_chain
from fl_client.errors import ConfigError
from fl_client.records import LiveRecords, Subject
from fl_client.reporting.dashboard import Dashboard

from .browser import rendered
from .conftest import Run, run_fl
from .replay import ReplayedNode, replaying

POLL = 0.2
PATIENCE = 90


class Counter:
    """A node's door: passes every request on and counts them."""

    def __init__(self, url: str) -> None:
        self.methods: list[str] = []
        counter = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                counter.methods.append(json.loads(body)["method"])
                with urlopen(Request(url, body, {"Content-Type": "application/json"})) as answer:
                    found = answer.read()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(found)))
                self.end_headers()
                self.wfile.write(found)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    @contextmanager
    def opened(self) -> Iterator["Counter"]:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        yield self
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def chain(run: Run) -> EmbeddedChain:
    node = import_chain(run.out / "chain").node
    assert isinstance(node, EmbeddedChain)
    return node


def block_after(run: Run, call: str, round_: int) -> int:
    return int([a["block"] for a in run.summary["acts"] if (a["call"], a["round"]) == (call, round_)][-1])


@pytest.fixture
def node(chain: EmbeddedChain, run: Run) -> Iterator[ReplayedNode]:
    """A node in the second round."""
    with replaying(chain) as found:
        found.play(block_after(run, "commitUpdate", 2))
        yield found


def subject(run: Run, url: str) -> Subject:
    return Subject(
        where=run.summary["task"],
        rpc_url=url,
        deployment=run.out / "deployment.json",
        store=run.out / "store",
    )


@contextmanager
def served(live: LiveRecords) -> Iterator[Dashboard]:
    with live, Dashboard(live) as dashboard:
        threading.Thread(target=dashboard.serve, daemon=True).start()
        yield dashboard
        dashboard.stop()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def get(
    dashboard: Dashboard, path: str = "/", *, method: str = "GET", host: str | None = None
) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", dashboard.port, timeout=30)
    connection.putrequest(method, path, skip_host=True)
    if host != "":
        connection.putheader("Host", host or f"127.0.0.1:{dashboard.port}")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer, body


def state(dashboard: Dashboard) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(get(dashboard, "/state.json")[1])
    return found


# ---------------------------------------------------------------------- over a folder: what it answers


@pytest.fixture(scope="module")
def dashboard(run: Run) -> Iterator[Dashboard]:
    """Over the folder of a run that has ended."""
    with served(LiveRecords(Subject(where=str(run.out)), "digits")) as found:
        yield found


def test_the_page_of_a_folder_has_its_facts_and_its_audit(run: Run, dashboard: Dashboard) -> None:
    until(lambda: "The audit agrees" in get(dashboard)[1])
    page = get(dashboard)[1]
    assert f"{run.summary['gas']['total']:,}" in page and "wrong-aggregate" in page
    assert f"{run.summary['final_accuracy']:.4f}" in page and "Checked up to round 6." in page


@pytest.mark.parametrize("path", ["/", "/state.json", "/nothing"])
def test_every_answer_has_strict_headers(dashboard: Dashboard, path: str) -> None:
    answer, _ = get(dashboard, path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] is None
    assert answer.headers["Server"] == "gradbond"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_nothing_but_reading_is_allowed(dashboard: Dashboard, method: str) -> None:
    answer, _ = get(dashboard, method=method)
    assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD"


def test_head_gives_the_headers_alone(dashboard: Dashboard) -> None:
    answer, body = get(dashboard, method="HEAD")
    assert answer.status == 200 and body == "" and int(answer.headers["Content-Length"]) > 10_000


@pytest.mark.parametrize("path", ["/report.html", "/../chain/blocks.rlp", "//evil", "/state.json/"])
def test_there_are_no_other_paths(dashboard: Dashboard, path: str) -> None:
    assert get(dashboard, path)[0].status == 404


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_it_answers_to_this_machines_names(dashboard: Dashboard, name: str) -> None:
    assert get(dashboard, host=f"{name}:{dashboard.port}")[0].status == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example:{}",
        "localhost",
        "localhost:1",
        "192.168.1.7:{}",
        "127.0.0.1.evil.example:{}",
        "x@localhost:{}",
    ],
)
def test_another_name_for_this_machine_is_refused(dashboard: Dashboard, host: str) -> None:
    answer, body = get(dashboard, host=host.format(dashboard.port))
    assert answer.status == 421 and "digits" not in body


def test_a_port_that_is_taken_is_said_in_one_line(dashboard: Dashboard) -> None:
    with pytest.raises(ConfigError, match="--port"):
        Dashboard(dashboard._live, port=dashboard.port)


@pytest.mark.parametrize("host", ["everywhere", "example.org", ""])
def test_only_an_address_of_this_machine_can_be_listened_on(run: Run, host: str) -> None:
    done = run_fl("dashboard", str(run.out), "--host", host)
    assert done.returncode == 3 and "--host" in done.stderr


# ---------------------------------------------------------------------- over a node: how it follows


def test_it_shows_each_round_as_it_becomes_final_and_audits_it(run: Run, node: ReplayedNode) -> None:
    with served(LiveRecords(subject(run, node.url), "digits", poll_seconds=POLL)) as dashboard:
        before = state(dashboard)
        assert before["status"].startswith("Round 2, phase reveal: ")
        until(lambda: "Checked up to round 1." in get(dashboard)[1])
        node.play(block_after(run, "finalizeRound", 3))
        until(lambda: state(dashboard)["status"].startswith("Round 4, phase commit"))
        until(lambda: "Checked up to round 3." in get(dashboard)[1])
        assert state(dashboard)["version"] != before["version"]
        page = get(dashboard)[1]
        assert "no-reveal" in page and "copied-commitment" in page
        assert f"{run.summary['rounds'][2]['accuracy']:.4f}" in page


def test_an_idle_dashboard_reads_no_history_and_asks_less_than_once_a_second(
    run: Run, node: ReplayedNode
) -> None:
    with Counter(node.url).opened() as door, served(LiveRecords(subject(run, door.url))) as dashboard:
        until(lambda: "The audit agrees" in get(dashboard)[1])
        version, began = state(dashboard)["version"], time.monotonic()
        door.methods.clear()
        for _ in range(4):
            node.play(node.done)  # nothing
            node._ask("evm_mine")  # a block without anything of the task
            time.sleep(5)
            state(dashboard), get(dashboard)
        seconds = time.monotonic() - began
        # A look takes six, every six seconds and a little; one more of them may fall into the span.
        assert 2 <= len(door.methods) < seconds + 6
        assert door.methods.count("eth_getLogs") <= 4
        assert not {"eth_getTransactionReceipt", "eth_getTransactionByHash", "eth_call"} & set(door.methods)
        assert state(dashboard)["version"] == version


def test_a_node_that_is_gone_is_said_and_the_page_stays(run: Run, chain: EmbeddedChain) -> None:
    with replaying(chain) as node:
        node.play(block_after(run, "start", 0))
        live = LiveRecords(subject(run, node.url), poll_seconds=POLL)
        live.__enter__()
    try:
        with Dashboard(live) as dashboard:
            threading.Thread(target=dashboard.serve, daemon=True).start()
            until(lambda: "Nothing newer since" in state(dashboard)["as_of"])
            assert "Participants and stakes" in get(dashboard)[1]
            dashboard.stop()
    finally:
        live.__exit__(None, None, None)


def test_blocks_that_were_replaced_are_read_anew(run: Run, node: ReplayedNode) -> None:
    with served(LiveRecords(subject(run, node.url), poll_seconds=POLL)) as dashboard:
        shown = node._ask("evm_snapshot")
        node.play(node.done + 3)
        until(lambda: "trainer 4, trainer 5" in state(dashboard)["status"])
        node._ask("evm_revert", shown)
        for _ in range(5):
            node._ask("evm_mine")
        until(lambda: "trainer 1, trainer 2" in state(dashboard)["status"])


# ---------------------------------------------------------------------- in a browser


class Moving(Dashboard):
    """Lets the chain go on between two questions of the page's script: only an update can show it."""

    asked = 0
    go_on: Callable[[], None]

    def answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        self.asked += path == "/state.json"
        if self.asked == 2 and path == "/state.json":
            self.go_on()
        return super().answer(path)


def test_the_page_updates_itself_in_a_browser(run: Run, node: ReplayedNode, tmp_path: Path) -> None:
    with LiveRecords(subject(run, node.url), poll_seconds=POLL) as live, Moving(live) as dashboard:

        def go_on() -> None:
            node.play(block_after(run, "finalizeRound", 2))
            until(lambda: live.snapshot.page["state"]["round"] == 3)

        dashboard.go_on = go_on
        threading.Thread(target=dashboard.serve, daemon=True).start()
        found = rendered(dashboard.url, tmp_path, milliseconds=20_000)
        dashboard.stop()
    assert dashboard.asked >= 2
    assert "Pause updates" in found  # the policy let the page's own script run
    aside, rest = found.split("<aside", 1)[1].split("</aside>")
    assert "Round 3, phase commit" in aside
    assert "phase, round 3" in rest and "no-reveal" in rest


def test_without_script_the_page_says_everything_and_is_loaded_again(dashboard: Dashboard) -> None:
    page = get(dashboard)[1]
    head, body = page.split("<body>")
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in head
    said = body.split("<script>")[0]
    assert "The task has ended; 6 rounds are final." in said and "Gas by role and call" in said
