"""The promise over made-up histories: a few here, a thousand a setting in tests/proof."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command

from review.policies import simulation
from review.policies.simulation import World

CLEAN = [one for one in simulation.settings() if one.name.startswith("clean")]


@pytest.mark.parametrize("setting", CLEAN, ids=lambda one: one.name)
def test_clean_histories_keep_the_promise(setting: simulation.Setting) -> None:
    row = simulation.summed(setting, simulation.run(setting, 40))
    risk = 1 - setting.promise.confidence
    assert (row.broken_histories if setting.whole_history else row.broken_derivations) <= risk + 0.05
    assert row.error <= 1.15 * setting.promise.rate
    assert row.false_alarms <= 0.1


def test_the_truth_above_a_threshold_is_what_the_draws_show() -> None:
    world, chance = World(1.0), np.random.default_rng(1)
    away = simulation.SPREAD * chance.random(2_000_000) ** simulation.POWER
    reach = away <= 0.02
    assert world.chance(away)[reach].mean() == pytest.approx(world.rate_above(0.98), rel=0.02)


def test_an_adversary_is_stopped() -> None:
    setting = next(one for one in simulation.settings() if one.name.startswith("adversary: all wrong"))
    row = simulation.summed(setting, simulation.run(setting, 20))
    assert row.caught == 1.0 and 0 < row.exposure_most <= 100


def test_the_same_histories_every_time() -> None:
    setting = simulation.settings()[1]
    assert simulation.run(setting, 2) == simulation.run(setting, 2)


def test_the_command_prints_the_table() -> None:
    out = StringIO()
    call_command("simulate_policy", histories=2, stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) >= len(simulation.settings()) + 1 and "clean: calibrated" in lines[1]
