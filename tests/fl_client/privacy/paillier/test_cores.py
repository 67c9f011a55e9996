"""Workers give the results of one process, in order, beside threads, from any main module, and end when told."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.cores import Cores


@dataclass(frozen=True)
class Doubling:
    def __call__(self, items: Sequence[int], /) -> list[tuple[int, int]]:
        if items[0] == 0:
            time.sleep(0.3)  # the first slice comes back last
        return [(os.getpid(), 2 * item) for item in items]


@dataclass(frozen=True)
class Refusing:
    def __call__(self, items: Sequence[int], /) -> list[int]:
        if 50 in items:
            raise CryptoError("fifty is refused")
        return list(items)


@dataclass(frozen=True)
class Failing:
    def __call__(self, items: Sequence[int], /) -> list[int]:
        raise KeyError(items[0])


@dataclass(frozen=True)
class Dying:
    def __call__(self, items: Sequence[int], /) -> list[int]:
        os._exit(1)


@pytest.fixture(scope="module")
def cores() -> Cores:
    with Cores(2) as two:
        yield two


def test_results_come_in_the_order_of_the_items(cores: Cores) -> None:
    found = cores.map(Doubling(), range(100), name="doubling", least=10, slice_items=7)
    assert [value for _, value in found] == [2 * item for item in range(100)]


def test_work_is_done_by_several_processes_and_not_by_this_one(cores: Cores) -> None:
    found = cores.map(Doubling(), range(100), name="doubling", least=10, slice_items=7)
    workers = {process for process, _ in found}
    assert len(workers) == 2 and os.getpid() not in workers


def test_workers_are_kept_from_one_call_to_the_next(cores: Cores) -> None:
    calls = [cores.map(Doubling(), range(40), name="doubling", least=10) for _ in range(2)]
    assert {process for process, _ in calls[0]} == {process for process, _ in calls[1]}


def test_a_mapper_calls_a_function_for_each_job(cores: Cores) -> None:
    cube = partial(pow, exp=3, mod=101)
    assert cores.mapper("cubes")(cube, range(20)) == [job**3 % 101 for job in range(20)]


def test_little_work_stays_here() -> None:
    with Cores(2) as fresh:
        assert {process for process, _ in fresh.map(Doubling(), range(19), name="", least=10)} == {
            os.getpid()
        }


def test_one_core_needs_no_process() -> None:
    found = Cores(1).map(Doubling(), range(100), name="", least=1)
    assert {process for process, _ in found} == {os.getpid()}


def test_no_items_have_no_results(cores: Cores) -> None:
    assert cores.map(Doubling(), [], name="", least=1) == []


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[str, int, int]] = []
    with Cores(2, lambda *step: told.append(step)) as two:
        two.map(Doubling(), range(50), name="doubling", least=10, slice_items=20)
    assert sorted(total for _, _, total in told) == [50, 50, 50]
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told) and told[-1] == (
        "doubling",
        50,
        50,
    )


def test_an_error_of_the_work_is_raised_here(cores: Cores) -> None:
    with pytest.raises(CryptoError, match="^fifty is refused$"):
        cores.map(Refusing(), range(100), name="", least=10, slice_items=10)


def test_a_mistake_in_the_work_is_told(cores: Cores) -> None:
    with pytest.raises(CryptoError, match=r"a computation failed: KeyError\("):
        cores.map(Failing(), range(100), name="", least=10)


def test_a_worker_that_dies_is_told_and_replaced(cores: Cores) -> None:
    with pytest.raises(CryptoError, match="ended early"):
        cores.map(Dying(), range(100), name="", least=10)
    assert len(cores.map(Doubling(), range(100), name="", least=10)) == 100


def test_workers_end_when_they_are_closed() -> None:
    with Cores(2) as two:
        workers = {process for process, _ in two.map(Doubling(), range(40), name="", least=10)}
    for process in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_two_threads_share_the_workers(cores: Cores) -> None:
    found: list[list[tuple[int, int]]] = []
    threads = [
        threading.Thread(target=lambda: found.append(cores.map(Doubling(), range(60), name="", least=10)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [[value for _, value in one] for one in found] == [[2 * item for item in range(60)]] * 3


SCRIPT = """
import torch
from fl_client.privacy.paillier.cores import Cores
from fl_client.privacy.paillier.sums import _Summing
from fl_client.privacy.paillier.number import number
torch.mm(torch.ones(600, 600), torch.ones(600, 600)).sum()
torch.nn.functional.conv2d(torch.ones(8, 3, 64, 64), torch.ones(8, 3, 5, 5)).sum()
print("main module runs")
columns = [(number(i), number(2)) for i in range(1, 101)]
with Cores(2) as cores:
    found = cores.map(_Summing(number(10**6), (2, 3)), columns, name="", least=10)
assert found == [8 * i * i for i in range(1, 101)], found
print("done")
"""


def test_workers_do_their_work_beside_torch_and_do_not_run_an_unguarded_main_module(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=False)
    assert ended.stdout.splitlines() == ["main module runs", "done"], ended.stderr


def test_a_module_in_the_working_directory_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "subprocess.py").write_text("raise SystemExit('taken over')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with Cores(2) as two:
        assert len(two.map(Doubling(), range(40), name="", least=10)) == 40


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(ORPHANS, encoding="utf-8")
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=False)
    workers = [int(line) for line in ended.stdout.splitlines()]
    assert len(workers) == 2
    for _ in range(100):
        if not any(Path(f"/proc/{worker}").exists() for worker in workers):
            return
        time.sleep(0.1)
    pytest.fail(f"{workers} outlived their parent")


ORPHANS = """
import os
from fl_client.privacy.paillier.cores import Cores
from fl_client.privacy.paillier.sums import _Summing
from fl_client.privacy.paillier.number import number
cores = Cores(2)
cores.map(_Summing(number(10**6), (2,)), [(number(i),) for i in range(40)], name="", least=10)
print(*(worker.process.pid for worker in cores._workers), sep="\\n", flush=True)
os._exit(0)
"""
