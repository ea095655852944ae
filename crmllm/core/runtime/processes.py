"""What runs while the application runs, as one configuration of supervisord."""

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .home import REPOSITORY, Home

PYTHON = sys.executable
_SOCKET_PATH = 90  # supervisord adds its process id while it makes the socket; the limit is about 100


@dataclass(frozen=True)
class Program:
    """One process, or one with children, that supervisord keeps running."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    nice: int = 0
    stop_seconds: int = 8
    stops_as_group: bool = False  # for programs that do not look after their own children
    after_port: int = 0  # starts when somebody listens there: on a small machine people come first

    def section(self, logs: Path) -> str:
        wrapped = [PYTHON, "-m", "crmllm.core.runtime", "child", str(self.nice), str(self.after_port), *self.command]
        environment = ",".join(f"{name}={quoted(value)}" for name, value in self.environment.items())
        return f"""\
[program:{self.name}]
command={" ".join(escaped(shlex.quote(word)) for word in wrapped)}
directory={escaped(str(REPOSITORY))}
environment={environment}
autorestart=true
startsecs=2
startretries=1000
stopwaitsecs={self.stop_seconds}
stopasgroup={"true" if self.stops_as_group else "false"}
killasgroup=true
priority=100
redirect_stderr=true
stdout_logfile={escaped(escaped(str(logs / f"{self.name}.log")))}
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=5
"""


def programs(settings: Mapping[str, str], *, own_database: bool, own_model: bool) -> list[Program]:
    """In the order in which they start."""
    manage = [PYTHON, str(REPOSITORY / "manage.py")]
    port = int(settings.get("PORT") or "8000")
    web = web_server(f"{settings.get('BIND') or '127.0.0.1'}:{port}", settings)
    keeper = Program("database", [PYTHON, "-m", "crmllm.core.runtime", "keep-database"], stop_seconds=60)
    serve = [PYTHON, "-m", "crmllm.llm.server.serve"]
    model = Program("model", serve, nice=10, stops_as_group=True, after_port=port)
    return [
        *([keeper] if own_database else []),
        Program("web", web),
        Program("sealer", [*manage, "audit_sealer"], after_port=port),
        Program("jobs", [*manage, "qcluster"], {"Q_CLUSTER_NAME": "default"}, after_port=port),
        Program("jobs-llm", [*manage, "qcluster"], {"Q_CLUSTER_NAME": "llm"}, after_port=port),
        *([model] if own_model else []),
    ]


def web_server(address: str, settings: Mapping[str, str]) -> list[str]:
    """The command that serves the site at host:port."""
    return [
        PYTHON, "-m", "gunicorn", "crmllm.wsgi", "--bind", address, "--worker-class", "gthread",
        "--workers", settings.get("WEB_WORKERS") or "2", "--threads", settings.get("WEB_THREADS") or "8",
        "--preload", "--timeout", "120", "--graceful-timeout", "5", "--no-control-socket",
    ]  # fmt: skip


def configuration(place: Home, running: list[Program]) -> str:
    """supervisord.conf"""
    socket = place.run / "supervisor.sock"
    control = f"""\
[unix_http_server]
file={escaped(str(socket))}
chmod=0700

[supervisorctl]
serverurl=unix://{escaped(str(socket))}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
    general = f"""\
[supervisord]
nodaemon=true
silent=true
{"user=root" if os.geteuid() == 0 else ""}
pidfile={escaped(str(place.run / "supervisord.pid"))}
logfile={escaped(str(place.logs / "supervisord.log"))}
logfile_maxbytes=10MB
logfile_backups=5
childlogdir={escaped(str(place.logs))}
"""
    sections = [program.section(place.logs) for program in running]
    # A group stops all at once, and one group after the other: the database last.
    names = [program.name for program in running if program.name != "database"]
    sections.append(f"[group:application]\nprograms={','.join(names)}\npriority=900\n")
    if len(os.fsencode(socket)) <= _SOCKET_PATH:
        sections.insert(0, control)
    return "\n".join(["; Written at every start; change it in the code instead.", general, *sections])


def escaped(text: str) -> str:
    """supervisord expands percent signs, in the names of a program's log files even twice."""
    return text.replace("%", "%%")


def quoted(value: str) -> str:
    return '"' + escaped(value).replace('"', '\\"') + '"'
