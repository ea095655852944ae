"""The promise over a thousand made-up histories a setting: `make proof` prints the table."""

from __future__ import annotations

import math
import os
import sys

import pytest

from review.policies import simulation

HISTORIES = int(os.environ.get("POLICY_HISTORIES", "1000" if "PROOF_COUNT" in os.environ else "60"))


def most(share: float, count: int) -> float:
    """What a true share looks like at most in so many trials, all but for one in a thousand."""
    return share + 3.1 * math.sqrt(share * (1 - share) / count)


@pytest.mark.parametrize("setting", simulation.settings(), ids=lambda one: one.name)
def test_the_promise(setting: simulation.Setting) -> None:
    done = simulation.run(setting, HISTORIES)
    row = simulation.summed(setting, done)
    sys.stdout.write("\n" + "\n".join(simulation.table([row])) + "\n")
    risk = 1 - setting.promise.confidence
    if setting.name.startswith("clean"):
        derivations = sum(one.derivations for one in done)
        assert row.broken_derivations <= most(risk, derivations)
        if setting.whole_history:
            assert row.broken_histories <= most(risk, HISTORIES)
        assert row.false_alarms <= most(0.02, HISTORIES)
    if setting.name.startswith("adversary: all"):
        assert row.caught == 1.0
