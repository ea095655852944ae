"""Settings: typed, documented, named when wrong; and what production refuses. Each start is a process of its own."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from crmllm.core.management.commands import settings_doc
from crmllm.settings import env

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
SERVER = "postgresql://crmllm:secret@db.example.com/crmllm"
PRODUCTION = {
    "CRMLLM_ENV": "production",
    "SECRET_KEY": "long and random",
    "MASTER_KEY": KEY,
    "AUDIT_KEY": KEY,
    "DATABASE_URL": f"{SERVER}?sslmode=verify-full",
}


def plain(tmp_path: Path) -> dict[str, str]:
    """An environment without any setting of ours but a home and a server, to which nothing connects."""
    known = {*env.REGISTRY, *(f"{name}_FILE" for name in env.REGISTRY), "CRMLLM_TEST_HOME"}
    others = {name: value for name, value in os.environ.items() if name not in known}
    return others | {"CRMLLM_HOME": str(tmp_path), "DATABASE_URL": SERVER}


def start(tmp_path: Path, show: str = "0", **variables: str) -> subprocess.CompletedProcess[str]:
    """Reads the settings in a new process, with these variables ("-" takes one away), and shows something of them."""
    chosen = {name: value for name, value in (plain(tmp_path) | variables).items() if value != "-"}
    return subprocess.run(
        [sys.executable, "-c", f"import crmllm.settings as s; print({show})"],
        env=chosen,
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        timeout=120,
    )


WRONG = [
    ("CRMLLM_ENV", "staging"),
    ("DEBUG", "maybe"),
    ("PORT", "eighty"),
    ("PORT", "70000"),
    ("PROXIES", "-1"),
    ("LOGIN_FAILURES", "0"),
    ("OIDC_ENDPOINT", "example.com/realm"),
    ("TIME_ZONE", "Mars/Olympus"),
    ("BASE_CURRENCY", "euro"),
    ("DEFAULT_REGION", "nl"),
    ("API_RATE", "many"),
    ("LLM_BASE_URL", "ftp://x"),
    ("LOG_LEVEL", "LOUD"),
    ("DATABASE_URL", "mysql://localhost/x"),
    ("KEYS_DATABASE_URL", "postgresql://"),
]
UNSAFE = [
    ({"DEBUG": "yes"}, "DEBUG"),
    ({"SECRET_KEY": "-"}, "SECRET_KEY"),
    ({"MASTER_KEY": "-"}, "MASTER_KEY"),
    ({"AUDIT_KEY": "-"}, "AUDIT_KEY"),
    ({"MASTER_KEY": "too short"}, "MASTER_KEY"),
    ({"DATABASE_URL": SERVER}, "DATABASE_URL"),
    ({"DATABASE_URL": f"{SERVER}?sslmode=prefer"}, "DATABASE_URL"),
    ({"DATABASE_URL": f"{SERVER}?host=/run/postgresql,db.example.com"}, "DATABASE_URL"),
    ({"KEYS_DATABASE_URL": SERVER}, "KEYS_DATABASE_URL"),
    ({"OIDC_ENDPOINT": "http://sso.example.com", "OIDC_CLIENT_ID": "crmllm"}, "OIDC_ENDPOINT"),
    ({"OIDC_ENDPOINT": "https://sso.example.com"}, "OIDC_CLIENT_ID"),
]
SAFE = [
    f"{SERVER}?sslmode=require",
    f"{SERVER}?host=/run/postgresql",
    "postgresql://x@%2Frun%2Fpostgresql/x",
    "postgresql://x@%2Frun%2FPostgres:5433/x",
]
#: Reads the settings once for each case and answers with the refusal of each, or nothing.
MANY = """
import json, os, runpy, sys
from django.core.exceptions import ImproperlyConfigured
before = dict(os.environ)
for case in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update({name: value for name, value in (before | case).items() if value != "-"})
    try:
        runpy.run_path("crmllm/settings/__init__.py")
        print(json.dumps(""))
    except ImproperlyConfigured as error:
        print(json.dumps(str(error)))
"""


@pytest.fixture(scope="module")
def refusal(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, str]], str]:
    """Why a start with these variables is refused. All cases are read in one process: starting one takes a second."""
    cases = [{name: value} for name, value in WRONG]
    cases += [PRODUCTION | changes for changes, _said in UNSAFE]
    cases += [PRODUCTION | {"DATABASE_URL": url} for url in SAFE]
    done = subprocess.run(
        [sys.executable, "-c", MANY],
        env=plain(tmp_path_factory.mktemp("home")),
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    refusals = [json.loads(line) for line in done.stdout.splitlines()]
    return lambda case: refusals[cases.index(case)]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_refused_by_name(refusal: Any, name: str, value: str) -> None:
    assert refusal({name: value}).startswith(name)


@pytest.mark.parametrize(("changes", "said"), UNSAFE)
def test_production_refuses_what_is_not_safe(refusal: Any, changes: dict[str, str], said: str) -> None:
    sentence = refusal(PRODUCTION | changes)
    assert said in sentence
    assert KEY not in sentence and "too short" not in sentence and "secret@" not in sentence


@pytest.mark.parametrize("url", SAFE)
def test_production_takes_tls_and_unix_sockets(refusal: Any, url: str) -> None:
    assert refusal(PRODUCTION | {"DATABASE_URL": url}) == ""


def test_a_refusal_stops_the_start_with_its_sentence_last(tmp_path: Path) -> None:
    done = start(tmp_path, **PRODUCTION | {"DEBUG": "yes"})
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].endswith("DEBUG is on; production refuses to start with it.")


def test_production_starts_when_all_is_set(tmp_path: Path) -> None:
    done = start(tmp_path, "s.HTTPS, s.SESSION_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.DEMO_PASSWORD", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", "True", "True"]
    assert not list(tmp_path.glob("secrets/*")), "production makes up no secrets"


def test_secrets_may_come_from_files(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    done = start(tmp_path, "s.MASTER_KEY", **PRODUCTION | {"MASTER_KEY": "-", "MASTER_KEY_FILE": str(file)})
    assert done.stdout.strip() == KEY
    both = start(tmp_path, **PRODUCTION | {"MASTER_KEY_FILE": str(file)})
    assert "MASTER_KEY_FILE" in both.stderr.splitlines()[-1]
    gone = start(tmp_path, **PRODUCTION | {"MASTER_KEY": "-", "MASTER_KEY_FILE": str(tmp_path / "gone")})
    assert "MASTER_KEY_FILE cannot be read" in gone.stderr.splitlines()[-1]


def test_the_keys_have_a_database_of_their_own(tmp_path: Path) -> None:
    show = "s.DATABASES['default']['NAME'], s.DATABASES['keys']['NAME'], s.DATABASES['keys']['HOST']"
    assert start(tmp_path, show).stdout.split() == ["crmllm", "crmllm_keys", "db.example.com"]
    other = start(tmp_path, show, KEYS_DATABASE_URL="postgresql://k@keys.example.com/vault")
    assert other.stdout.split() == ["crmllm", "vault", "keys.example.com"]


def test_the_log_in_form_may_lead_to_the_provider_and_nowhere_else(tmp_path: Path) -> None:
    show = "s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action']"
    assert start(tmp_path, show).stdout.strip() == """["'self'"]"""
    set_up = {"OIDC_ENDPOINT": "https://sso.example.com/realms/crm/", "OIDC_CLIENT_ID": "crmllm"}
    assert start(tmp_path, show, **set_up).stdout.strip() == """["'self'", 'https://sso.example.com']"""
    assert start(tmp_path, "s.OIDC_ENDPOINT", **set_up).stdout.strip() == "https://sso.example.com/realms/crm"


# --- the readers one by one


READERS: list[tuple[Any, dict[str, Any], list[str], list[tuple[str, Any]]]] = [
    (env.text, {"default": "a", "choices": ("a", "b")}, ["c", ""], [("b", "b")]),
    (env.flag, {"default": False}, ["2", "", "ja"], [("yes", True), ("ON", True), ("0", False), ("No", False)]),
    (env.integer, {"default": 1, "low": 1, "high": 9}, ["0", "10", "x", "", "1.5"], [("9", 9)]),
    (env.matching, {"default": "x", "pattern": "[a-z]", "wanted": "a letter"}, ["xx", "", "1", "x\n"], [("y", "y")]),
    (env.time_zone, {"default": "UTC"}, ["Nowhere", "../etc/passwd", "/etc", ""], [("Asia/Tokyo", "Asia/Tokyo")]),
    (env.url, {"default": ""}, ["x", "http://", "http://h:x", "js:1"], [("https://h/p/", "https://h/p"), ("", "")]),
    (env.database, {"default": SERVER}, ["x", "postgresql://h:99999999/x", "postgresql://[/x"], []),
]


@pytest.mark.parametrize(("read", "options", "wrong", "right"), READERS, ids=[case[0].__name__ for case in READERS])
def test_a_reader_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, read: Any, options: dict[str, Any], wrong: list[str], right: list[tuple[str, Any]]
) -> None:
    monkeypatch.setattr(env, "REGISTRY", {})
    for value in wrong:
        monkeypatch.setenv("X_TEST", value)
        with pytest.raises(ImproperlyConfigured, match="X_TEST"):
            read("X_TEST", help="For the test.", **options)
    for value, meant in right:
        monkeypatch.setenv("X_TEST", value)
        assert read("X_TEST", help="For the test.", **options) == meant
    monkeypatch.delenv("X_TEST")
    if read is not env.database:
        assert read("X_TEST", help="For the test.", **options) == options["default"]
    assert env.REGISTRY["X_TEST"].help == "For the test."


def test_a_list_is_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "REGISTRY", {})
    monkeypatch.setenv("X_TEST", " a, b ,,")
    assert env.words("X_TEST", ["z"], "For the test.") == ["a", "b"]
    monkeypatch.delenv("X_TEST")
    assert env.words("X_TEST", ["z"], "For the test.") == ["z"]


def test_a_database_address_keeps_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "REGISTRY", {})
    monkeypatch.setenv("X_TEST", "postgresql://us%40er:p%2Fw@h:5433/na%20me?sslmode=require&application_name=x")
    found = env.database("X_TEST", "", "For the test.")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "us@er", "p/w", "h", "5433", "na me",
    )  # fmt: skip
    assert found["OPTIONS"] == {"sslmode": "require", "application_name": "x"}


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = env.Setting("X_TEST", "secret", "", "For the test.", secret=True)
    assert env.effective(setting) == ("", True)
    monkeypatch.setenv("X_TEST", "hush")
    assert env.effective(setting) == ("set", False)
    monkeypatch.delenv("X_TEST")
    monkeypatch.setenv("X_TEST_FILE", "/run/secrets/x")
    assert env.effective(setting) == ("set", False)


def test_the_page_about_the_settings_is_up_to_date() -> None:
    assert (settings.BASE_DIR / "docs" / "settings.md").read_text(encoding="utf-8") == settings_doc.document()


def test_an_old_page_about_the_settings_is_noticed_and_written_anew(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="not up to date"):
        call_command("settings_doc", "--check")
    call_command("settings_doc")
    page = tmp_path / "docs" / "settings.md"
    assert page.read_text(encoding="utf-8") == settings_doc.document()
    call_command("settings_doc", "--check")
    page.write_text("# Settings\n", encoding="utf-8")
    with pytest.raises(CommandError, match="not up to date"):
        call_command("settings_doc", "--check")


def test_every_setting_is_explained_and_grouped() -> None:
    for setting in env.REGISTRY.values():
        assert setting.help.endswith((".", "/v1.")) and setting.group and setting.kind, setting.name
