"""Does depth pay? Plain and residual networks of the same depths on CIFAR-10, the training loss of every epoch.

    python benchmarks/depth.py [--depths 20 56 152] [--seeds 5] [--figure FILE.json]

The networks are those of He et al. 2016, section 4.2, with batch norm everywhere, 8 maps in the first stage and the
pictures halved, so that a run takes minutes: 2,560 train pictures, 10 epochs of 40 steps (of a depth above 100 only 2,
with the first two seeds), momentum as the authors had it, the same rates for all. What is compared is the loss on the
train split itself: a deep plain net does not overfit, it fails to learn. `--figure` writes the chart as a Vega-Lite
spec. The folder that PISTE_DATA names holds the pictures.
"""

import argparse
import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from piste.core.records import EpochRecord, Task
from piste.core.settings import from_mapping
from piste.core.versions import versions
from piste.data.dataset import load
from piste.data.encoding import fit_encoding
from piste.data.settings import DataSettings
from piste.nn.losses import CrossEntropy
from piste.nn.metrics import right_class
from piste.nn.normalisation import Standardise
from piste.nn.pooling import AveragePool
from piste.nn.resolve import resolve
from piste.nn.zoo.resnet import small_resnet
from piste.recipe.versions import PACKAGES
from piste.report.charts import curves
from piste.train.compiler import configure_jax
from piste.train.fit import Examples, Shown, fit
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.schedules import rates
from piste.train.timeline import Effort

TRAIN, VALIDATION = 2_560, 1_024  # pictures
WIDTH, BATCH, RATE = 8, 64, 0.1
EPOCHS, FEW = 10, 2
VERY_DEEP = 100  # layers from which only few epochs are run, with few seeds


class Pictures(NamedTuple):
    """The pictures of both splits and the layers that prepare them."""

    train: Examples
    validation: Examples
    inputs: tuple[Any, ...]


class Run(NamedTuple):
    """The curve of one network and one seed."""

    depth: int
    residual: bool
    seed: int
    epochs: Sequence[EpochRecord]

    @property
    def name(self) -> str:
        """How the chart calls the network."""
        return f"{'residual' if self.residual else 'plain'}, {self.depth} layers"


def main() -> int:
    """Run every network with every seed; return 1 where depth does not hurt the plain nets and spare the residual."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--depths", type=int, nargs="+", default=[20, 56, 152])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--figure", type=Path)
    given = parser.parse_args()
    configure_jax()
    pictures = read()
    runs: list[Run] = []
    for seed in range(given.seeds):
        for depth in (depth for depth in given.depths if depth <= VERY_DEEP or seed < FEW):
            for residual in (False, True):
                runs.append(trained(pictures, depth, residual, seed))
                say(f"seed {seed}: {runs[-1].name}, train loss {runs[-1].epochs[-1].train_loss:.3f}")
        if given.figure:
            given.figure.write_text(json.dumps(figure(runs), indent=1) + "\n", encoding="utf-8")
    table(runs)
    return 0 if spared(runs, given.depths) else 1


def read() -> Pictures:
    """Return the first pictures of the train and validation splits."""
    folder = Path(os.environ.get("PISTE_DATA", ".")) / "cifar10-jpeg"
    settings = from_mapping(DataSettings, {"test": str(folder / "test.parquet")}, "depth")
    dataset = load(str(folder / "train.parquet"), settings)
    encoding = fit_encoding(dataset, 0)
    parts = []
    for name, count in (("train", TRAIN), ("validation", VALIDATION)):
        columns, values = dataset.select(name)
        parts.append(Examples(encoding.inputs(columns)[:count], encoding.targets(values)[:count]))
    return Pictures(parts[0], parts[1], (Standardise(encoding.channel_mean, encoding.channel_std), AveragePool()))


def trained(pictures: Pictures, depth: int, residual: bool, seed: int) -> Run:
    """Return the curve of one network."""
    model = resolve(small_resnet(10, depth, width=WIDTH, residual=residual, inputs=pictures.inputs))
    plan = Plan(model, pictures.train.inputs.shape[1:], CrossEntropy(), right_class, Optimiser("momentum"))
    steps = TRAIN // BATCH
    # The same rates for all, and the first epoch as warm-up, without which the deep ones may leap off at once.
    table = rates("cosine", RATE, EPOCHS * steps, steps)
    epochs = FEW if depth > VERY_DEEP else EPOCHS
    fitted = fit(
        plan, pictures.train, pictures.validation, Effort(epochs, BATCH, table), task=Task.MANY_CLASS, seed=seed,
        metric=Shown("accuracy"),
    )  # fmt: skip
    return Run(depth, residual, seed, fitted.epochs)


def figure(runs: Sequence[Run]) -> dict[str, Any]:
    """Return the chart of the mean training loss over the epochs, a line per network."""
    values = []
    for name in dict.fromkeys(run.name for run in runs):
        losses = matrix([run for run in runs if run.name == name]).mean(axis=0)
        values += [
            {"epoch": epoch, "value": round(float(loss), 4), "series": name, "text": f"{loss:.2f}"}
            for epoch, loss in enumerate(losses, 1)
        ]
    return curves(values, "training loss", None, height=320)


def matrix(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Return the training losses (runs, epochs)."""
    return np.array([[record.train_loss for record in run.epochs] for run in runs])


def table(runs: Sequence[Run]) -> None:
    """Print the last epoch of each network, over its seeds."""
    say("\n" + " ".join(f"{name} {version}" for name, version in versions(PACKAGES).items()))
    say("\n| network | epochs | training loss [95 %] | validation accuracy, % [95 %] |")
    say("| --- | --- | --- | --- |")
    for name in dict.fromkeys(run.name for run in runs):
        ends = [run.epochs[-1] for run in runs if run.name == name]
        losses = np.array([end.train_loss for end in ends])
        accuracies = np.array([100.0 * end.validation_metric for end in ends])
        say(f"| {name} ({len(ends)} seeds) | {ends[0].epoch} | {interval(losses)} | {interval(accuracies)} |")


def interval(values: NDArray[np.float64]) -> str:
    """Return the mean with its 95 % interval by Student's t, seeds being the draws."""
    if len(values) < 2:
        return f"{values.mean():.2f}"
    half = float(stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values)))
    return f"{values.mean():.2f} [{values.mean() - half:.2f}, {values.mean() + half:.2f}]"


def spared(runs: Sequence[Run], depths: Sequence[int]) -> bool:
    """Return whether in every depth but the first the residual net learns better than the plain one in each seed."""
    ends = {(run.depth, run.residual, run.seed): run.epochs[-1].train_loss for run in runs}
    deep = [run for run in runs if run.residual and run.depth in depths[1:]]
    return all(ends[run.depth, True, run.seed] < ends[run.depth, False, run.seed] for run in deep)


def say(line: str) -> None:
    """Print one line at once, since a run can take minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
