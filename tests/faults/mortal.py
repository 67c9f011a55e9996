"""Members in processes of their own, which die and live again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.faults.place import Stage
from tests.scripts.nodes import ENVIRONMENT, ROOT

KILLED = -9
_LIFE_SECONDS = 240


class Mortal:
    """A member in a process of its own, which is started again whenever it dies."""

    module = "tests.faults.member"

    def __init__(self, stage: Any, name: str, die_at: str = "", **environment: object) -> None:
        self.stage, self.name, self.die_at = stage, name, die_at
        self._environment = {key.upper(): str(value) for key, value in environment.items()}
        self.folder = stage.folder / name
        self.folder.mkdir(parents=True, exist_ok=True)
        stage.contract.deployment.write(self.folder / "deployment.json")
        self._settings = self.folder / "settings.json"
        self._settings.write_text(json.dumps(self.settings()))
        self._process = self._start()

    def settings(self) -> dict[str, object]:
        """What the process is told."""
        member = self.stage.members.get(self.name) or self.stage.add(self.name)
        return {
            "account": member.key,
            "deployment": str(self.folder / "deployment.json"),
            "role": member.kind,
            "seed": member.learns,
            "state": str(self.folder),
            "store": str(self.stage.folder / "store"),
            "task": self.stage.contract.address,
            "url": member.url,
        }

    def _start(self) -> subprocess.Popen[str]:
        self._began = time.monotonic()
        with (self.folder / "log").open("a") as log, (self.folder / "errors").open("a") as errors:
            return subprocess.Popen(
                [sys.executable, "-m", self.module, str(self._settings)],
                stdout=log,
                stderr=errors,
                text=True,
                cwd=ROOT,
                env=ENVIRONMENT | {"GRADBOND_DIE_AT": self.die_at} | self._environment,
            )

    def is_alive(self) -> bool:
        """Whether it still has something to do; brings it back to life after a death."""
        code = self._process.poll()
        if code is None:
            assert time.monotonic() - self._began < _LIFE_SECONDS, (self.log(), self.errors())
            time.sleep(0.05)
            return True
        if code == KILLED:
            self._process = self._start()
            return True
        assert code == 0, self.errors()
        return False

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def errors(self) -> str:
        return (self.folder / "errors").read_text()

    def died_at(self) -> list[str]:
        """Where it died, in order."""
        path = self._settings.with_suffix(".deaths")
        return path.read_text().split() if path.exists() else []

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@contextmanager
def mortal(stage: Stage, name: str, die_at: str = "", **environment: object) -> Iterator[Mortal]:
    """A mortal for the time of a test; more of its environment by name."""
    one = Mortal(stage, name, die_at, **environment)
    try:
        yield one
    finally:
        one.kill()


def report(mortal: Mortal) -> None:
    """Where it died, for whoever wants to read it."""
    if path := os.environ.get("GRADBOND_FAULT_REPORT"):
        with Path(path).open("a") as out:
            line = {"cell": f"SIGKILL x {mortal.name} x {mortal.die_at}", "died_at": mortal.died_at()}
            out.write(json.dumps(line) + "\n")


def run(stage: Stage, one: Mortal) -> None:
    """To the end of the task, and until the mortal has gone home."""
    stage.until_home(also=one.is_alive)
    while one.is_alive():
        stage.sweep()
    report(one)
