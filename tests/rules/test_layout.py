"""A newcomer finds things where they always are, and what is there is finished."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.rules.source import ROOT, Module, modules, tracked

MODULES = [module for module in modules() if not module.is_migration]
TESTS = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
ALL_TESTS = "\n".join(TESTS.values())
SUFFIXES = {
    ".py",
    ".html",
    ".css",
    ".js",
    ".mjs",
    ".toml",
    ".yaml",
    ".yml",
    ".md",
    ".txt",
    ".sh",
    ".service",
    ".cfg",
    ".ini",
}
FILES = [
    path
    for path in tracked()
    if (path.suffix in SUFFIXES or path.name in ("Makefile", "run")) and "vendor" not in path.parts
]
DUMPING_GROUNDS = {"utils", "helpers", "common", "misc", "tools", "util", "helper", "base_utils"}


def bases(node: ast.ClassDef) -> set[str]:
    """Names of the parents, without their modules and brackets."""
    plain = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
    return {base.attr if isinstance(base, ast.Attribute) else base.id for base in plain
            if isinstance(base, ast.Attribute | ast.Name)}  # fmt: skip


def classes(module: Module) -> list[ast.ClassDef]:
    return [node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_says_what_it_is_for(module: Module) -> None:
    if module.path.name not in ("__init__.py", "apps.py"):
        assert ast.get_docstring(module.tree), "A docstring says what this module is for."
    assert module.path.stem not in DUMPING_GROUNDS, "Name the module after what is in it."


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_things_stand_where_they_always_stand(module: Module) -> None:
    places = {
        "models.py": {"Model", "BaseModel", "WorkItem", "Record", "AbstractUser"},
        "forms.py": {"Form", "ModelForm"},
        "api.py": {"ReadViewSet", "GenericViewSet", "ModelViewSet", "APIView"},
    }
    pydantic = any(name.startswith("pydantic") for name, _line in module.imports)
    for file, parents in places.items():
        if module.path.name == file or (file == "api.py" and module.name == "crmllm.api.views"):
            continue
        astray = [node.name for node in classes(module) if bases(node) & parents]
        assert not astray or (pydantic and file == "models.py"), f"{astray} belong into {file}."


def decorators(function: ast.FunctionDef) -> set[str]:
    found = set()
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        found.add(called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""))
    return found


VIEWS = [
    (module, node)
    for module in MODULES
    if module.path.name == "views.py"
    for node in module.tree.body
    if isinstance(node, ast.FunctionDef)
    and not node.name.startswith("_")
    and node.args.args
    and node.args.args[0].arg == "request"
    and "Response" in ast.unparse(node.returns or ast.Constant(""))
]


@pytest.mark.parametrize(("module", "view"), VIEWS, ids=lambda part: getattr(part, "name", ""))
def test_a_view_says_which_methods_it_takes(module: Module, view: ast.FunctionDef) -> None:
    assert any(name.startswith("require_") for name in decorators(view)), f"{module.name}.{view.name}: @require_…"


COMMANDS = sorted(path for path in ROOT.glob("crmllm/**/management/commands/*.py") if path.stem != "__init__")


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_every_command_has_a_test(path: Path) -> None:
    assert re.search(rf"[\"']{path.stem}[\"']", ALL_TESTS), f"No test calls {path.stem}."


STATEMENTS = [
    (module, node.name)
    for module in MODULES
    if module.path.name == "sql.py"
    for node in module.tree.body
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
]


@pytest.mark.parametrize(("module", "name"), STATEMENTS, ids=lambda part: getattr(part, "name", part))
def test_every_statement_has_a_test(module: Module, name: str) -> None:
    assert re.search(rf"\bsql\.{name}\(|\b{name}\(", ALL_TESTS), f"No test calls {module.name}.{name}."


UNFINISHED = re.compile(r"(?:#|//|/\*|<!--|\{%? comment|\"\"\").*\b(?:TO" r"DO|FIX" r"ME|HA" r"CK)\b")
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|home/[a-z]+)/[\w.]")
REGISTRY = re.compile(r"\b(?:[\w-]+\.)*(?:py" r"pi|pythonhosted|npm" r"js)\.(?:org|com)\b")
ADDRESS = re.compile(r"[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,})\b", re.IGNORECASE)
RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|org|net|edu))?|test|invalid|localhost|local)$", re.IGNORECASE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_finished_and_tells_nothing_of_its_makers_machine(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for rule, pattern in (("unfinished", UNFINISHED), ("a path of a machine", MACHINE), ("a registry", REGISTRY)):
            found = pattern.search(line)
            assert not found, f"line {number}: {rule}: {found and found[0]}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_people_are_made_up(path: Path) -> None:
    """Addresses lie on domains that are reserved for examples."""
    found = {domain for domain in ADDRESS.findall(path.read_text(encoding="utf-8")) if not RESERVED.search(domain)}
    assert not found


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_nothing_is_printed(module: Module) -> None:
    """Log lines are structured and hold no values; commands write to their own output, or to standard error."""
    if module.name.startswith("crmllm.core.runtime"):
        return  # the terminal program that sets up and starts the rest
    prints = [
        node for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]  # fmt: skip
    assert not [call.lineno for call in prints if not any(keyword.arg == "file" for keyword in call.keywords)]
