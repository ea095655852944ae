"""`python -m tests.contract DIR`: runs the connectors' tests with the vendors' files looking on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.contract.onlookers import Onlookers
from tests.contract.vendors import VENDORS


def refusal(arguments: list[str]) -> str:
    """Why nothing can be compared; empty when all the files are there."""
    if len(arguments) != 1 or not arguments[0]:
        return "Say where the vendors' specifications are: make contract SPECS=DIR."
    specs = Path(arguments[0])
    if not specs.is_dir():
        return f"There is no folder {specs} with the vendors' specifications."
    missing = [f"{vendor.name}: {path}" for vendor in VENDORS for path in vendor.missing(specs)]
    return f"In {specs} there is no {'; no '.join(missing)}." if missing else ""


def main(arguments: list[str]) -> int:
    why = refusal(arguments)
    if why:
        print(why, file=sys.stderr)
        return 2
    onlookers = Onlookers(Path(arguments[0]).resolve())
    walks = [path for one in VENDORS for path in one.tests]
    return pytest.main([*walks, "-m", "not long"], plugins=[onlookers])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
