"""The home: private, made on first use, the same ever after, and never in another copy's way."""

import base64
import os
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crmllm.core.runtime.home import REPOSITORY, Home, home, port_is_free, web_port, write_once


@pytest.fixture
def place(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_home_is_where_the_variable_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CRMLLM_HOME", str(tmp_path / "x"))
    assert home().root == tmp_path / "x"


def test_a_relative_home_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRMLLM_HOME", "x")
    assert home().root == tmp_path / "x"


def test_without_the_variable_the_home_is_beside_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRMLLM_HOME")
    assert home().root == REPOSITORY / ".crmllm"


def test_folders_and_secrets_are_for_their_owner_only(place: Home) -> None:
    place.secret("master_key")
    assert mode(place.root) & 0o076 == 0
    assert mode(place.secrets) == 0o700
    assert mode(place.secrets / "master_key") == 0o600


def test_a_secret_stays_and_differs_from_the_others(place: Home) -> None:
    key = place.secret("master_key")
    assert len(base64.urlsafe_b64decode(key)) == 32
    assert place.secret("master_key") == key
    assert place.secret("audit_key") != key


def test_of_many_who_make_a_secret_at_once_all_get_the_same(place: Home) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: place.secret("audit_key"), range(64)))
    assert len(found) == 1
    assert [path.name for path in place.secrets.iterdir()] == ["audit_key"]


def test_what_is_written_once_is_not_written_again(tmp_path: Path) -> None:
    write_once(tmp_path / "file", "first")
    write_once(tmp_path / "file", "second")
    assert (tmp_path / "file").read_text() == "first"
    assert os.listdir(tmp_path) == ["file"]


def test_the_model_port_stays_until_somebody_else_takes_it(place: Home) -> None:
    port = place.llm_port
    assert place.llm_port == place.renew_llm_port() == port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert not port_is_free(port)
        assert place.renew_llm_port() != port


def test_a_spoilt_port_file_is_replaced(place: Home) -> None:
    (place.run / "llm_port").write_text("?")
    assert place.llm_port > 0


@pytest.mark.parametrize("value", ["0", "65536", "http", "-1", "80.5"])
def test_a_wrong_port_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(ValueError, match=f"PORT must be a number from 1 to 65535, not '{value}'"):
        web_port()


def test_models_can_be_shared_between_homes(monkeypatch: pytest.MonkeyPatch, place: Home, tmp_path: Path) -> None:
    monkeypatch.setenv("CRMLLM_MODELS", str(tmp_path / "shared"))
    assert place.models == tmp_path / "shared"
    monkeypatch.delenv("CRMLLM_MODELS")
    assert place.models == place.root / "models"
