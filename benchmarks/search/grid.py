"""Chance beside a grid: 25 points each, over many repeats (Bergstra & Bengio 2012, their figure 1).

Two settings of an MLP on scikit-learn's digits: the learning rate, which matters, and the dropout rate, which hardly
does at this length. A grid of 25 tries five rates, chance 25. Each repeat divides the rows anew and searches six
decades of rates that begin anywhere from 1e-6 to 1e-4, since nobody knows beforehand where in a range the best lies:
else one lucky place of a grid would decide all repeats. The lowest validation losses are compared.
"""

import argparse
import math
import sys
import tempfile
from typing import Any

import numpy as np
from scipy import stats

import piste
from benchmarks.speed.problem import DATA
from piste.core.keys import generator

POINTS, REPEATS = 25, 20
SETTINGS: dict[str, Any] = {
    "model": "mlp", "hidden": (32,), "epochs": 5, "batch_size": 32, "schedule": "constant", "warmup": 0.0,
    "patience": 0, "bins": 0,
}  # fmt: skip


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run all repeats and print the comparison; return the figures."""
    train, test = DATA["digits"]()
    data = (np.concatenate([train.inputs, test.inputs]), np.concatenate([train.labels, test.labels]))
    losses: dict[str, list[float]] = {"grid": [], "random": []}
    rates: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        for repeat in arguments.seeds or range(REPEATS):
            low = 10.0 ** generator(repeat, "where the range begins").uniform(-6, -4)
            for sampler, found in losses.items():
                study = piste.tune(
                    data, runs=folder, quiet=True, trials=POINTS, sampler=sampler, scheduler="none", final=False,
                    seed=repeat, learning_rate=piste.log(low, 1e6 * low), dropout=piste.uniform(0, 0.5), **SETTINGS,
                )  # fmt: skip
                known = [one.loss for one in study.trials if one.loss is not None and math.isfinite(one.loss)]
                found.append(min(known))
                rates[sampler] = len({one.settings["learning_rate"] for one in study.trials})
    lead = np.array(losses["grid"]) - np.array(losses["random"])
    half = (
        float(stats.t.ppf(0.975, len(lead) - 1) * lead.std(ddof=1) / math.sqrt(len(lead)))
        if len(lead) > 1
        else math.nan
    )
    sys.stdout.write("| | points | rates tried | mean of the best losses | wins |\n| --- | --- | --- | --- | --- |\n")
    for sampler, wins in (("grid", lead < 0), ("random", lead > 0)):
        mean = np.mean(losses[sampler])
        sys.stdout.write(
            f"| {sampler} | {POINTS} | {rates[sampler]} | {mean:.4f} | {int(wins.sum())} of {len(lead)} |\n"
        )
    sys.stdout.write(f"\nRandom is better by {lead.mean():.4f} +- {half:.4f} (95 %, Student's t over the repeats).\n")
    return {
        "losses": losses,
        "rates": rates,
        "lead": float(lead.mean()),
        "half": half,
        "reached": bool(lead.mean() > half),
    }
