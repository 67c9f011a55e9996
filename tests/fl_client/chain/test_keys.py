"""Keys: readable by their owner, shown to nobody."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from fl_client.chain import (
    Account,
    create_keystore,
    demo_account,
    load_keystore,
    password_from_environment,
    password_from_file,
)
from fl_client.errors import ConfigError

WORK = 2**10  # scrypt's N, small for the tests


def test_keystore_gives_its_key_back(tmp_path: Path) -> None:
    made = create_keystore(tmp_path / "key.json", lambda: "a password", work=WORK)
    assert load_keystore(tmp_path / "key.json", lambda: "a password") == made


def test_keystore_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    create_keystore(tmp_path / "key.json", lambda: "a password", work=WORK)
    assert stat.S_IMODE((tmp_path / "key.json").stat().st_mode) == 0o600


def test_keystore_is_never_overwritten(tmp_path: Path) -> None:
    create_keystore(tmp_path / "key.json", lambda: "a password", work=WORK)
    with pytest.raises(ConfigError, match="never overwritten"):
        create_keystore(tmp_path / "key.json", lambda: "a password", work=WORK)


def test_wrong_password_is_refused(tmp_path: Path) -> None:
    create_keystore(tmp_path / "key.json", lambda: "a password", work=WORK)
    with pytest.raises(ConfigError, match="wrong password"):
        load_keystore(tmp_path / "key.json", lambda: "another")


def test_empty_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="empty password"):
        create_keystore(tmp_path / "key.json", str, work=WORK)
    assert not (tmp_path / "key.json").exists()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 9}', "not json"])
def test_file_that_is_no_keystore_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "key.json").write_text(text)
    with pytest.raises(ConfigError):
        load_keystore(tmp_path / "key.json", lambda: "a password")


def test_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    read = password_from_environment("GRADBOND_TEST_PASSWORD")
    with pytest.raises(ConfigError, match="GRADBOND_TEST_PASSWORD"):
        read()
    monkeypatch.setenv("GRADBOND_TEST_PASSWORD", "a password")
    assert read() == "a password"


def test_password_comes_from_a_files_first_line(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("a password\n")
    assert password_from_file(tmp_path / "password")() == "a password"


def test_key_is_in_no_representation() -> None:
    key = bytes(range(1, 33))
    account = Account.from_private_key(key)
    assert key.hex() not in f"{account!r}{account}"


def test_refused_key_is_not_quoted() -> None:
    with pytest.raises(ConfigError) as caught:
        Account.from_private_key(b"\xff" * 32)
    assert "ff" * 8 not in str(caught.value)
    assert caught.value.__cause__ is None


def test_demo_accounts_differ_by_seed_and_index() -> None:
    assert len({demo_account(seed, index).address for seed in range(3) for index in range(3)}) == 9
