"""The settings file, the environment over it, options over both."""

from __future__ import annotations

from pathlib import Path

import pytest

from fl_client.cli.settings import Settings, load_settings, require
from fl_client.errors import ConfigError

FILE = """
[chain]
rpc_url = "http://127.0.0.1:1"
deployment = "deployment.json"
[account]
keystore = "/keys/alice.json"
[store]
folder_is_not_a_setting = 1
"""
GOOD = FILE.replace(
    "folder_is_not_a_setting = 1", 'store = "store"\nipfs = ["http://a:5001", "http://b:5001"]'
)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("FL_CONFIG", "FL_RPC_URL", "FL_POLL", "FL_IPFS", "FL_STORE"):
        monkeypatch.delenv(name, raising=False)


def written(text: str, name: str = "gradbond.toml") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_without_anything_the_defaults_hold() -> None:
    assert load_settings() == Settings()


def test_the_file_of_the_working_directory_is_read() -> None:
    written(GOOD)
    assert load_settings().rpc_url == "http://127.0.0.1:1"


def test_paths_are_relative_to_the_file() -> None:
    found = load_settings(written(GOOD, "elsewhere/other.toml"))
    assert (found.deployment, found.store) == (Path("elsewhere/deployment.json"), Path("elsewhere/store"))


def test_absolute_paths_stay() -> None:
    assert load_settings(written(GOOD, "elsewhere/other.toml")).keystore == Path("/keys/alice.json")


def test_a_definition_in_a_file_is_relative_to_the_settings_too() -> None:
    found = load_settings(written('[task]\ndefinition = "wine.py:Wine"\n', "elsewhere/other.toml"))
    assert found.definition == "elsewhere/wine.py:Wine"


def test_lists_are_read() -> None:
    assert load_settings(written(GOOD)).ipfs == ("http://a:5001", "http://b:5001")


def test_the_environment_overrides_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    written(GOOD)
    monkeypatch.setenv("FL_RPC_URL", "http://127.0.0.1:2")
    monkeypatch.setenv("FL_IPFS", "http://c:5001")
    found = load_settings()
    assert (found.rpc_url, found.ipfs) == ("http://127.0.0.1:2", ("http://c:5001",))


def test_options_override_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FL_RPC_URL", "http://127.0.0.1:2")
    assert load_settings(rpc_url="http://127.0.0.1:3", store=None).rpc_url == "http://127.0.0.1:3"


def test_the_environment_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FL_CONFIG", str(written(GOOD, "elsewhere/other.toml")))
    assert load_settings().rpc_url == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (FILE, "[store] folder_is_not_a_setting is no setting"),
        ('[chain]\nrpc_ulr = "x"\n', "is [chain] rpc_url meant?"),
        ('[store]\nrpc_url = "x"\n', "[store] rpc_url is no setting: is [chain] rpc_url meant?"),
        ('rpc_url = "x"\n', "rpc_url stands outside of a table"),
        ("[chain\n", "is no TOML file"),
        ('[role]\npoll = "often"\n', "[role] poll is 'often': give a number"),
        ("[role]\npoll = 0\n", "poll is 0.0: give 0.05 to 3600"),
        ("[role]\npoll = nan\n", "poll is nan: give 0.05 to 3600"),
        ("[role]\nseed = 1.5\n", "[role] seed is 1.5: give a whole number"),
        ("[role]\nseed = true\n", "[role] seed is True: give a whole number"),
        ("[chain]\nrpc_url = 5\n", "[chain] rpc_url is 5: give a string"),
        ('[store]\nipfs = "http://a"\n', "[store] ipfs is 'http://a': give a list of strings"),
        ("[chain]\nconfirmations = -1\n", "confirmations is -1: give 0 to 1000"),
    ],
)
def test_what_is_wrong_is_named(text: str, line: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings(written(text))
    assert line in str(refused.value)


def test_a_file_that_is_named_has_to_be_there() -> None:
    with pytest.raises(ConfigError, match=r"cannot read the settings nowhere\.toml: No such file"):
        load_settings(Path("nowhere.toml"))


def test_a_wrong_value_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FL_POLL", "often")
    with pytest.raises(ConfigError, match="FL_POLL is 'often': give a number"):
        load_settings()


def test_what_is_missing_is_said_with_all_three_ways_to_give_it() -> None:
    with pytest.raises(ConfigError, match=r"--rpc-url is missing.* FL_RPC_URL.* \[chain\] in gradbond\.toml"):
        require(load_settings().rpc_url, "rpc_url")
