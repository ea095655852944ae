"""The project's own source, parsed once for the tests of its rules."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("crmllm", "review", "scoring", "analytics")


@dataclass(frozen=True)
class Module:
    """One Python file of a package."""

    path: Path

    @property
    def name(self) -> str:
        """As it is imported: crmllm.jobs.flow."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def is_migration(self) -> bool:
        return "migrations" in self.path.parts

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        try:
            return ast.parse(self.text, str(self.path))
        except SystemError:  # CPython 3.11 miscounts its recursion when it is interrupted by itself (gh-106905)
            return ast.parse(self.text, str(self.path))

    @cached_property
    def imports(self) -> list[tuple[str, int]]:
        """Every module that this one names in an import, wherever it stands, with the line."""
        return list(self._imports())

    def _imports(self) -> Iterator[tuple[str, int]]:
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
                origin = ".".join(part for part in (base, node.module or "") if part)
                # `from crmllm import jobs` names crmllm.jobs
                yield from ((f"{origin}.{alias.name}", node.lineno) for alias in node.names)


def modules() -> list[Module]:
    """All modules of our packages."""
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return [Module(path) for path in sorted(found)]


def tracked() -> list[Path]:
    """Every file that the project keeps."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def package_of(name: str) -> str:
    """crmllm.jobs.flow -> crmllm.jobs; review.views -> review."""
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[0] == "crmllm" else parts[0]
