"""The embedded server: started once whoever comes first, stopped by the last one out, back after any kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from crmllm.core.runtime import postgres
from crmllm.core.runtime.home import Home
from crmllm.core.runtime.postgres import DATABASES, EXTENSIONS, Cluster, UnsuitableServer, check_server, refuse

# Takes the server, says so, and keeps it until its input ends.
USER = """
import sys
from crmllm.core.runtime.postgres import use_database
print(use_database().url(), flush=True)
sys.stdin.read()
"""

# The parent leaves at once; its forked child goes on.
FORKING_USER = """
import os, sys
from crmllm.core.runtime.postgres import use_database
print(use_database().url(), flush=True)
if os.fork():
    sys.exit()
sys.stdin.read()
"""

# Steps down from root before it touches anything, as an ordinary user would come.
ORDINARY_USER = """
import os, sys
import psutil, psycopg
from crmllm.core.runtime.postgres import use_database
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
print(use_database().url(), flush=True)
sys.stdin.read()
"""


class Users:
    """Processes that use the server of one home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.processes: list[subprocess.Popen[str]] = []

    def begin(self, code: str = USER) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            env=os.environ | {"CRMLLM_HOME": str(self.home.root)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def end(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin
        process.stdin.close()
        assert process.wait(60) == 0


def url(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    line = process.stdout.readline().strip()
    assert line.startswith("postgresql://"), line
    return line


def answers(address: str) -> bool:
    try:
        with psycopg.connect(address) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def until_gone(cluster: Cluster) -> None:
    deadline = time.monotonic() + 60
    while cluster.process_id() is not None:
        assert time.monotonic() < deadline, "the server is still there"
        time.sleep(0.05)


def kill_server(cluster: Cluster) -> None:
    process = cluster.process_id()
    assert process
    os.kill(process, signal.SIGKILL)
    until_gone(cluster)


@pytest.fixture
def users(folder: Path) -> Iterator[Users]:
    users = Users(Home(folder / "home"))
    yield users
    for process in users.processes:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
    Cluster(users.home.postgres).stop()


@pytest.fixture
def cluster(users: Users) -> Cluster:
    return Cluster(users.home.postgres)


def test_a_new_server_has_both_databases_and_all_extensions(users: Users, cluster: Cluster) -> None:
    url(users.begin())
    for database in DATABASES:
        with psycopg.connect(cluster.dsn(database).url()) as connection:
            installed = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
            assert set(EXTENSIONS) <= installed
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
            assert connection.execute("SELECT lower('ÄRZTE')").fetchone() == ("ärzte",)


def test_the_role_of_the_application_is_an_ordinary_one_that_can_make_test_databases(users: Users) -> None:
    with psycopg.connect(url(users.begin())) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, True, False)


def test_of_many_first_users_at_once_each_gets_the_server_and_the_last_one_stops_it(
    users: Users, cluster: Cluster
) -> None:
    many = [users.begin() for _ in range(6)]
    assert all(answers(url(process)) for process in many)
    for process in many:
        assert process.stdin
        process.stdin.close()  # all leave at once, too
    assert [process.wait(60) for process in many] == [0] * 6
    until_gone(cluster)


def test_a_command_under_the_running_application_does_not_stop_the_server(users: Users, cluster: Cluster) -> None:
    application = users.begin()
    address = url(application)
    server = cluster.process_id()
    command = users.begin()
    url(command)
    users.end(command)
    assert cluster.process_id() == server
    assert answers(address)
    users.end(application)
    until_gone(cluster)


def test_users_that_come_while_the_last_one_leaves_always_find_a_server(users: Users) -> None:
    current = users.begin()
    url(current)
    for _ in range(5):
        following = users.begin()
        users.end(current)
        assert answers(url(following))
        current = following


def test_a_forked_child_keeps_the_server_when_its_parent_leaves(users: Users, cluster: Cluster) -> None:
    parent = users.begin(FORKING_USER)
    address = url(parent)
    assert parent.wait(60) == 0
    assert answers(address)
    assert parent.stdin
    parent.stdin.close()
    until_gone(cluster)


def test_committed_rows_outlive_the_kill_of_the_server(users: Users, cluster: Cluster) -> None:
    with psycopg.connect(url(users.begin())) as connection:
        connection.execute("CREATE TABLE kept (id integer)")
        connection.execute("INSERT INTO kept VALUES (7)")
    kill_server(cluster)
    with psycopg.connect(url(users.begin())) as connection:
        assert connection.execute("SELECT id FROM kept").fetchone() == (7,)


def test_a_kill_of_everything_whose_process_number_lives_on_elsewhere(users: Users, cluster: Cluster) -> None:
    """After a restart of the machine some other program may have the number that postmaster.pid names."""
    first = users.begin()
    url(first)
    kill_server(cluster)
    first.kill()
    file = cluster.data / "postmaster.pid"
    lines = file.read_text().splitlines()
    owner = file.stat().st_uid
    stranger = subprocess.Popen(["sleep", "600"], user=owner if os.geteuid() == 0 else None)
    try:
        file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert answers(url(users.begin()))
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_server_processes_that_outlive_their_postmaster_are_cleared_away(users: Users, cluster: Cluster) -> None:
    """A busy server process notices the end of its postmaster only after its query, and blocks the next start."""
    busy = psycopg.connect(url(users.begin()))
    backend = psutil.Process(busy.info.backend_pid)
    backend.suspend()
    kill_server(cluster)
    assert answers(url(users.begin()))
    with suppress(psutil.NoSuchProcess):  # a zombie may be buried between two looks
        assert not backend.is_running() or backend.status() == psutil.STATUS_ZOMBIE
    busy.close()


def test_an_interrupted_first_start_is_begun_anew(users: Users) -> None:
    (users.home.postgres / "data.new").mkdir()
    (users.home.postgres / "data.new" / "half").touch()
    assert answers(url(users.begin()))


def test_a_home_too_deep_for_a_socket_address_works(folder: Path) -> None:
    users = Users(Home(folder / ("d" * 60) / ("e" * 60)))
    cluster = Cluster(users.home.postgres)
    process = users.begin()
    try:
        assert answers(url(process))
        assert (cluster.socket_folder.stat().st_mode & 0o777) == 0o700
    finally:
        users.end(process)
        cluster.socket_folder.rmdir()


def test_an_ordinary_user_can_start_it(folder: Path) -> None:
    users = Users(Home(folder / "home"))
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    process = users.begin(ORDINARY_USER)
    assert answers(url(process))
    users.end(process)
    until_gone(Cluster(users.home.root / "postgres"))


def test_another_user_cannot_reach_the_socket(users: Users, cluster: Cluster) -> None:
    url(users.begin())
    assert cluster.socket_folder.stat().st_mode & 0o077 == 0


def test_our_own_server_passes_the_check_and_is_really_asked(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    dsn = url(users.begin())
    assert check_server(dsn) is None
    monkeypatch.setattr(postgres, "OLDEST_SERVER", 99)
    with pytest.raises(UnsuitableServer, match="is version 18; crmllm needs PostgreSQL 99"):
        check_server(dsn)


def test_an_unreachable_server_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnsuitableServer, match="DATABASE_URL names cannot be used"):
        check_server("postgresql://nobody@127.0.0.1:1/none")


@pytest.mark.parametrize(
    ("version", "available", "reason"),
    [
        (14, set(EXTENSIONS), "is version 14; crmllm needs PostgreSQL 15 or later."),
        (15, set(EXTENSIONS) - {"vector"}, "lacks pgvector"),
        (16, set(EXTENSIONS) - {"citext", "pg_trgm"}, "lacks citext, pg_trgm"),
    ],
)
def test_a_server_that_will_not_do_is_refused(version: int, available: set[str], reason: str) -> None:
    assert reason in (refuse(version, available) or "")


def test_a_server_that_will_do_is_not_refused() -> None:
    assert refuse(15, set(EXTENSIONS) | {"plpgsql"}) is None
