"""Secrets on a disk are their owner's alone, and with a password nobody's who has only the disk."""

import stat
from pathlib import Path

import pytest

from fl_client.errors import SecretError, SecretUnwritable
from fl_client.privacy.at_rest import MOST_BYTES, SecretFolder

SECRET = b"nobody else's business"


def test_a_secret_is_kept_in_a_file_that_its_owner_alone_can_read(tmp_path: Path) -> None:
    SecretFolder(tmp_path / "secrets").write("box.key", SECRET)
    file = tmp_path / "secrets" / "box.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert SecretFolder(tmp_path / "secrets").read("box.key") == SECRET


def test_a_secret_that_was_never_kept_is_none(tmp_path: Path) -> None:
    assert SecretFolder(tmp_path).read("box.key") is None


def test_a_later_secret_replaces_the_earlier_one(tmp_path: Path) -> None:
    folder = SecretFolder(tmp_path)
    folder.write("box.key", b"first")
    folder.write("box.key", SECRET)
    assert folder.read("box.key") == SECRET
    assert [file.name for file in tmp_path.iterdir()] == ["box.key"]


def test_with_a_password_the_file_does_not_hold_the_secret(tmp_path: Path) -> None:
    folder = SecretFolder(tmp_path, lambda: "a password")
    folder.write("box.key", SECRET)
    assert SECRET not in (tmp_path / "box.key").read_bytes()
    assert folder.read("box.key") == SECRET


@pytest.mark.parametrize("password", [None, lambda: "another"], ids=["none", "another"])
def test_without_its_password_a_secret_stays_closed(tmp_path: Path, password: object) -> None:
    SecretFolder(tmp_path, lambda: "a password").write("box.key", SECRET)
    with pytest.raises(SecretError, match="password"):
        SecretFolder(tmp_path, password).read("box.key")  # type: ignore[arg-type]


def test_a_damaged_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "box.key").write_bytes(b"what is this")
    with pytest.raises(SecretError, match="no secret of ours"):
        SecretFolder(tmp_path).read("box.key")


@pytest.mark.parametrize("length", [4, 19, 43], ids=lambda length: f"{length}-bytes")
def test_an_encrypted_secret_that_was_cut_is_refused(tmp_path: Path, length: int) -> None:
    (tmp_path / "box.key").write_bytes((b"GSL1" + bytes(60))[:length])
    with pytest.raises(SecretError, match="another password, or it is damaged"):
        SecretFolder(tmp_path, lambda: "a password").read("box.key")


def test_a_file_too_long_for_a_secret_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "box.key").write_bytes(b"GSP1" + bytes(MOST_BYTES))
    with pytest.raises(SecretError, match="it is too long"):
        SecretFolder(tmp_path).read("box.key")


def test_every_file_has_a_salt_of_its_own(tmp_path: Path) -> None:
    """One table of passwords must not do for two files."""
    folder = SecretFolder(tmp_path, lambda: "a password")
    for name in ("one", "two"):
        folder.write(name, SECRET)
    assert (tmp_path / "one").read_bytes()[4:20] != (tmp_path / "two").read_bytes()[4:20]


def test_what_a_crash_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / ".box.key.new").write_bytes(b"half of")
    SecretFolder(tmp_path).write("box.key", SECRET)
    assert SecretFolder(tmp_path).read("box.key") == SECRET


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SecretUnwritable, match="cannot make the folder"):
        SecretFolder(tmp_path / "file" / "secrets")


def test_a_disk_that_refuses_a_secret_is_told(tmp_path: Path) -> None:
    folder = SecretFolder(tmp_path / "secrets")
    (tmp_path / "secrets").rmdir()
    with pytest.raises(SecretUnwritable, match="cannot write"):
        folder.write("box.key", SECRET)
