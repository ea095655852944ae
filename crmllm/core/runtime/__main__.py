"""`python -m crmllm.core.runtime run`: the whole application under one process manager."""

import ctypes
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from .home import REPOSITORY, Home, home, port_is_free, web_port, write_once
from .postgres import PostgresError, check_server, use_database
from .setup import MODEL_SERVER, SetupError, wants_own_model

KEEPER_SECONDS = 0.5
PORT_SECONDS = 30


class StartError(RuntimeError):
    """The application cannot start; the text is a sentence for people."""


def main(arguments: Sequence[str]) -> int:
    match arguments:
        case ["run"]:
            try:
                run()
            except (StartError, PostgresError, SetupError, ValueError) as error:
                print(f"crmllm cannot start: {error}", file=sys.stderr)
                return 1
        case ["keep-database"]:
            keep_database()
        case ["child", nice, port, *command]:
            become_child(command, nice=int(nice), after_port=int(port))
        case _:
            print(
                "usage: python -m crmllm.core.runtime run | keep-database | child NICE PORT COMMAND...", file=sys.stderr
            )
            return 2
    return 0


def run() -> None:
    """Bring everything up to date, say where it is to be found, and hand over to supervisord."""
    from rich.console import Console

    from .processes import configuration, programs

    console = Console(highlight=False, soft_wrap=True)
    place = home()
    own_database = not os.environ.get("DATABASE_URL")
    own_model = wants_own_model() and (MODEL_SERVER / ".installed").exists()
    refuse_a_second_one(place)
    place.renew_llm_port()
    with console.status("Starting the database …"):
        if own_database:
            use_database()
        else:
            check_server(os.environ["DATABASE_URL"])
    logins = prepare(place, console.print)
    config = place.run / "supervisord.conf"
    config.unlink(missing_ok=True)
    write_once(config, configuration(place, programs(os.environ, own_database=own_database, own_model=own_model)))
    console.print(f"\n[bold]crmllm opens at http://{shown_host()}:{web_port()}/[/bold] in a few seconds.")
    if logins:
        console.print(f"\nDemo logins:\n{logins}", markup=False)
    if own_model:
        console.print("\nThe model is starting; pages work meanwhile, and the review queue says when it is ready.")
    elif wants_own_model():
        console.print("\nThere is no model server: `make setup` could not make it. Everything else works.")
    console.print(f"\nLogs are in {place.logs}. Ctrl-C stops everything.", markup=False)
    sys.stdout.flush()
    supervisord = Path(sys.executable).with_name("supervisord")
    os.execv(sys.executable, [sys.executable, str(supervisord), "-n", "-c", str(config)])  # noqa: S606


def refuse_a_second_one(place: Home) -> None:
    """Two copies need two homes and two ports; what a killed one left running gets a moment to end."""
    bind = os.environ.get("BIND") or "127.0.0.1"
    for _ in range(20):
        if port_is_free(web_port(), bind):
            break
        if is_running(place):
            raise StartError(f"it runs already, at http://{shown_host()}:{web_port()}/, with the data in {place.root}.")
        time.sleep(0.5)
    else:
        raise StartError(f"port {web_port()} is taken by another program; choose another one: make run PORT=8001")
    if is_running(place):
        raise StartError(f"it runs already, on another port, with the data in {place.root}.")


def is_running(place: Home) -> bool:
    import psutil

    try:
        process = psutil.Process(int((place.run / "supervisord.pid").read_text(encoding="utf-8")))
        return str(place.run / "supervisord.conf") in process.cmdline()
    except (FileNotFoundError, ValueError, psutil.Error):
        return False


def shown_host() -> str:
    bind = os.environ.get("BIND") or "127.0.0.1"
    return "localhost" if bind in ("127.0.0.1", "0.0.0.0", "::", "[::]") else bind  # noqa: S104


def prepare(place: Home, say: Callable[[str], None]) -> str:
    """Migrate, load the demo, and tell its logins; quick when nothing changed since the last time."""
    stamp = place.run / "prepared.json"
    made_from = fingerprint(place)
    try:
        known: dict[str, str] = json.loads(stamp.read_text(encoding="utf-8"))
        if known["made_from"] == made_from:
            return known["logins"]
    except (FileNotFoundError, ValueError, KeyError):
        pass
    stamp.unlink(missing_ok=True)
    say("Bringing the database up to date …")
    manage("migrate", "-v", "0")
    logins = ""
    if os.environ.get("CRMLLM_ENV") == "production":
        manage("collectstatic", "--noinput", "-v", "0")
    else:
        say("Loading the demo company …")
        manage("load_demo")
        logins = manage("demo_logins", quiet=True)
    write_once(stamp, json.dumps({"made_from": made_from, "logins": logins}))
    return logins


def fingerprint(place: Home) -> str:
    """Changes with the code, with the database, and with the mode. Reads names, sizes and times only."""
    total = hashlib.sha256()
    for top in ("crmllm", "review", "scoring", "analytics", "static"):
        for path in sorted((REPOSITORY / top).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                state = path.stat()
                total.update(f"{path.relative_to(REPOSITORY)} {state.st_size} {state.st_mtime_ns}\n".encode())
    for name in ("DATABASE_URL", "KEYS_DATABASE_URL", "CRMLLM_ENV", "DEMO_PASSWORD"):
        total.update(f"{name}={os.environ.get(name, '')}\n".encode())
    cluster = place.postgres / "data" / "PG_VERSION"
    if not os.environ.get("DATABASE_URL"):
        total.update(f"{cluster.stat().st_ino} {cluster.stat().st_mtime_ns}".encode())
    return total.hexdigest()


def manage(*words: str, quiet: bool = False) -> str:
    """Run a manage.py command, in view unless its output is wanted."""
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "manage.py"), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StartError(f"`manage.py {words[0]}` failed; the lines above say why.")
    return done.stdout.rstrip() if quiet else ""


def keep_database() -> None:
    """Hold the embedded server for as long as the application runs, and start it again if somebody kills it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        try:
            use_database()
        except PostgresError as error:
            print(f"The database is down: {error}", flush=True)
        time.sleep(KEEPER_SECONDS)


def become_child(command: list[str], *, nice: int, after_port: int) -> None:
    """Become another program that ends when the process manager is killed; wait first until a port is served."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            sys.exit(1)
    for _ in range(PORT_SECONDS * 4):
        if not after_port or not port_is_free(after_port, os.environ.get("BIND") or "127.0.0.1"):
            break
        time.sleep(0.25)
    os.nice(nice)
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
