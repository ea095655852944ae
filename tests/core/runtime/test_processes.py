"""The configuration of supervisord, as supervisord itself reads it."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from supervisor.options import ServerOptions

from crmllm.core.runtime.home import Home
from crmllm.core.runtime.processes import configuration, programs


def read(tmp_path: Path, settings: Mapping[str, str], *, own_database: bool = True, own_model: bool = True) -> Any:
    place = Home(tmp_path / "a 100% odd name")
    file = place.run / "supervisord.conf"
    file.write_text(configuration(place, programs(settings, own_database=own_database, own_model=own_model)))
    options = ServerOptions()
    options.realize(["-c", str(file)])
    return options


def commands(options: Any) -> dict[str, list[str]]:
    groups = options.process_group_configs
    return {process.name: shlex.split(process.command) for group in groups for process in group.process_configs}


def test_every_program_is_started_again_whenever_it_ends(tmp_path: Path) -> None:
    groups = read(tmp_path, {}).process_group_configs
    processes = {process.name: process for group in groups for process in group.process_configs}
    assert set(processes) == {"database", "web", "sealer", "jobs", "jobs-llm", "model"}
    for process in processes.values():
        assert process.autorestart.__name__ == "RestartUnconditionally"
        assert process.killasgroup
        assert process.stdout_logfile_maxbytes
        assert process.stdout_logfile_backups


def test_the_database_stops_when_everything_else_has_stopped(tmp_path: Path) -> None:
    groups = sorted(read(tmp_path, {}).process_group_configs)
    assert [group.name for group in groups] == ["database", "application"]


def test_each_job_cluster_knows_its_name(tmp_path: Path) -> None:
    groups = read(tmp_path, {}).process_group_configs
    names = {p.name: p.environment.get("Q_CLUSTER_NAME") for group in groups for p in group.process_configs}
    assert names["jobs"] == "default"
    assert names["jobs-llm"] == "llm"


def test_address_and_workers_are_settings(tmp_path: Path) -> None:
    web = commands(read(tmp_path, {"PORT": "8123", "BIND": "0.0.0.0", "WEB_WORKERS": "5"}))["web"]
    assert web[web.index("--bind") + 1] == "0.0.0.0:8123"
    assert web[web.index("--workers") + 1] == "5"


def test_by_default_only_this_machine_reaches_the_pages(tmp_path: Path) -> None:
    web = commands(read(tmp_path, {}))["web"]
    assert web[web.index("--bind") + 1] == "127.0.0.1:8000"


@pytest.mark.parametrize(("own", "program"), [("own_database", "database"), ("own_model", "model")])
def test_what_somebody_else_serves_is_not_started(tmp_path: Path, own: str, program: str) -> None:
    assert program not in commands(read(tmp_path, {}, **{own: False}))


def test_a_folder_too_deep_for_a_socket_goes_without_supervisorctl(tmp_path: Path) -> None:
    place = Home(tmp_path / ("d" * 100))
    assert "supervisor.sock" not in configuration(place, [])
    assert len(os.fsencode(place.run)) > 100
