"""Imports point downwards only: review, scoring, analytics -> crmllm's packages -> crmllm.core."""

from __future__ import annotations

import ast

import pytest

from tests.rules.source import PACKAGES, Module, modules, package_of

MODULES = modules()
#: Only these may name everyone: the doors of the site and of its API, and the settings.
NAME_EVERYONE = ("crmllm.urls", "crmllm.api.urls", "crmllm.settings")
#: Readers of the environment, without any app: whoever shows or documents settings reads them.
SETTINGS_READERS = ("crmllm.settings.env",)
#: Starts the server before Django does; and COPY, which is a stream and no statement to fetch from.
MAY_SPEAK_SQL = ("crmllm.core.runtime", "crmllm.core.bulk")
#: Parts that are tried and measured without Django.
PURE = ("crmllm.ingestion.mail", "crmllm.extraction.rules", "crmllm.extraction.types", "crmllm.extraction.grounding",
        "crmllm.extraction.merge", "crmllm.core.runtime.home")  # fmt: skip


def within(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def ours(module: Module) -> list[tuple[str, int]]:
    return [(name, line) for name, line in module.imports if name.split(".")[0] in PACKAGES]


def upwards(module: Module) -> list[str]:
    """The imports of a module that point the wrong way."""
    if within(module.name, NAME_EVERYONE):
        return []
    home = package_of(module.name)
    wrong = []
    for name, line in ours(module):
        target = package_of(name)
        if target == home or within(name, SETTINGS_READERS):
            continue
        top = target.split(".")[0]
        if home == "crmllm.core" or (top != "crmllm" and home != "analytics") or target == "crmllm.settings":
            wrong.append(f"{module.path.name}:{line} {module.name} imports {name}")
    return wrong


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_imports_point_downwards(module: Module) -> None:
    assert upwards(module) == []


def test_the_direction_would_be_noticed(tmp_path: object) -> None:
    class Made(Module):
        name = "crmllm.core.made"

        @property
        def imports(self) -> list[tuple[str, int]]:  # type: ignore[override]
            return [("crmllm.crm.models", 1), ("crmllm.core.errors", 2), ("crmllm.settings.env.text", 3), ("os", 4)]

    assert upwards(Made(MODULES[0].path)) == [f"{MODULES[0].path.name}:1 crmllm.core.made imports crmllm.crm.models"]


@pytest.mark.parametrize("module", [one for one in MODULES if within(one.name, PURE)], ids=lambda module: module.name)
def test_pure_parts_do_without_django(module: Module) -> None:
    wrong = [f"line {line}: {name}" for name, line in module.imports if name.split(".")[0] == "django"]
    assert not wrong


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_jobs_is_the_only_door_to_django_q(module: Module) -> None:
    if package_of(module.name) != "crmllm.jobs":
        assert not [name for name, _line in module.imports if name.split(".")[0] == "django_q"]


def _runs_sql(node: ast.AST) -> bool:
    """`cursor.execute(…)`, `connection.cursor()`, `Model.objects.raw(…)`; a mail's raw bytes are no statement, and a
    command's `super().execute(…)` is none either."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    if node.func.attr == "raw":
        return isinstance(node.func.value, ast.Attribute) and "objects" in node.func.value.attr
    if isinstance(node.func.value, ast.Call) and ast.unparse(node.func.value) == "super()":
        return False
    return node.func.attr in ("execute", "executemany", "cursor")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_raw_statements_stand_in_sql_modules(module: Module) -> None:
    """Elsewhere the ORM says it. The runtime talks to a server before Django does."""
    if module.path.name == "sql.py" or module.is_migration or within(module.name, MAY_SPEAK_SQL):
        return
    lines = [node.lineno for node in ast.walk(module.tree) if _runs_sql(node)]  # type: ignore[attr-defined]
    assert not lines, f"Raw statements in lines {lines}: they belong into sql.py, with a test."
