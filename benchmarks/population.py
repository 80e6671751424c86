"""How fast is a population: trials side by side beside the same trials one after the other, and beside the machine.

    python benchmarks/population.py [NAME ...]

"search" is 256 random trials of a digits network (rate, decay, dropout, and a width of 16 to 128; batches of 32, 50
epochs). The trials one after the other are a sample of 4, timed without their compilation, and scaled; all have the
final validation losses that their twins in the population have, or the line says MISSED.

"arithmetic" is how much of the machine's rate of matrix products a population of networks 64-W-W-10 sustains (batches
of 64, AdamW), counting the multiplications and additions of the products alone: those of the first layer twice a
step, of the others three times. The machine's rate is that of NumPy's product of two 1024 x 1024 float32 matrices on
all cores.

Each figure is the median of alternated repeats. "core us" is the time on all cores divided by the steps of all members:
what a step costs; the busier the machine, the further it lies below the seconds times the cores.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
from sklearn.datasets import load_digits

from piste.core.records import Task
from piste.nn.layer import Layer
from piste.nn.losses import CrossEntropy
from piste.nn.metrics import WATCHED
from piste.nn.resolve import resolve
from piste.nn.zoo.mlp import mlp
from piste.train.compiler import configure_jax
from piste.train.fit import Examples, Fitted, Shown, fit
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.population import Member, Population, groups
from piste.train.schedules import rates
from piste.train.timeline import Effort, steps_per_epoch

TRAIN = 1437
TRIALS, EPOCHS, BATCH, SAMPLE = 256, 50, 32, 4
REPEATS = 3
WIDTHS, MEMBERS, WIDE_BATCH, WIDE_EPOCHS = (32, 128, 256), 16, 64, 100
SHARE = 50.0  # percent of the machine's rate, from a width of 128 on
METRIC = Shown("accuracy")


def main() -> int:
    """Run what is named on the command line, or all; return 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*PARTS, []], metavar="NAME", help=", ".join(PARTS))
    configure_jax()
    names = parser.parse_args().names or list(PARTS)
    kept = [PARTS[name]() for name in names]
    return 0 if all(kept) else 1


def search() -> bool:
    """Print the lines of the search; return whether every trial of the sample equals its twin."""
    members = [trial(number) for number in range(TRIALS)]
    shared = groups(members)
    steps = sum(len(member.effort.rates) for member in members)
    began = time.perf_counter()
    first = trained(members)
    cold = time.perf_counter() - began
    sample = members[:: TRIALS // SAMPLE]
    sampled = sum(len(member.effort.rates) for member in sample)
    for member in sample:
        single(member)  # compiles
    together, apart = alternated(lambda: trained(members), lambda: [single(member) for member in sample])
    say("| 256 trials, digits | seconds | us a step | core us a step |")
    say("| --- | --- | --- | --- |")
    say(f"| population, first time ({len(shared)} programs) | {cold:.2f} | {1e6 * cold / steps:.1f} | |")
    say(line("population, again", together, steps, 1.0))
    say(line("one after the other, compiled before", apart, sampled, steps / sampled))
    worst = 0.0
    for member in sample:
        alone, found = single(member), first.fitted(member.number)
        pairs = zip(alone.epochs[:2], found.epochs[:2], strict=True)
        worst = max(worst, *(abs(one.validation_loss / other.validation_loss - 1) for one, other in pairs))
    say(f"\nLargest relative difference of a validation loss after 1 and 2 epochs: {worst:.1e}")
    return worst < 1e-4


def arithmetic() -> bool:
    """Print the lines of the arithmetic; return whether wide networks keep the target."""
    peak = matrix_rate()
    say(f"\nMatrix products of this machine: {peak / 1e9:.0f} GFLOP/s on {os.cpu_count()} cores\n")
    say("| 64-W-W-10, 16 members | us a step | core us a step | GFLOP/s | of the machine |")
    say("| --- | --- | --- | --- | --- |")
    kept = True
    for width in WIDTHS:
        members = [wide(number, width) for number in range(MEMBERS)]
        trained(members)
        measured = [peak]
        times = []
        for _ in range(REPEATS):
            times.append(timed(lambda members=members: trained(members)))  # type: ignore[misc]
            measured.append(matrix_rate())
        steps = sum(len(member.effort.rates) for member in members)
        wall, core = (statistics.median(column) for column in zip(*times, strict=True))
        operations = 2 * WIDE_BATCH * (2 * 64 * width + 3 * width * width + 3 * width * 10) * steps
        share = 100 * operations / wall / statistics.median(measured)
        kept &= width < 128 or share >= SHARE
        rate = operations / wall / 1e9
        say(f"| {width} | {1e6 * wall / steps:.1f} | {1e6 * core / steps:.1f} | {rate:.0f} | {share:.0f} % |")
    return kept


def trial(number: int) -> Member:
    """Return one random trial of the search."""
    generator = np.random.default_rng(number)
    width, dropout = int(generator.integers(16, 129)), float(generator.uniform(0.01, 0.5))
    rate, decay = 10.0 ** generator.uniform(-4, -2), 10.0 ** generator.uniform(-5, -1)
    network = mlp(10, (width,), dropout=dropout, batch_norm=False)
    return Member(number, plan(network, decay), effort(rate, BATCH, EPOCHS), 0)


def wide(number: int, width: int) -> Member:
    """Return one of the networks whose arithmetic is counted."""
    network = mlp(10, (width, width), batch_norm=False)
    return Member(number, plan(network, 1e-3 * (1 + number)), effort(1e-3, WIDE_BATCH, WIDE_EPOCHS), 0)


def plan(network: Layer, decay: float) -> Plan:
    """Return what a trial is compiled for."""
    optimiser = Optimiser("adamw", weight_decay=decay)
    return Plan(resolve(network), (64,), CrossEntropy(), WATCHED[Task.MANY_CLASS].metric, optimiser)


def effort(rate: float, batch: int, epochs: int) -> Effort:
    """Return how long a trial trains."""
    return Effort(epochs, batch, rates("cosine", rate, epochs * steps_per_epoch(TRAIN, batch)))


def trained(members: Sequence[Member]) -> Population:
    """Return the population after all epochs."""
    population = Population(members, *SPLITS, task=Task.MANY_CLASS, metric=METRIC)
    population.advance({member.number: member.effort.epochs for member in members})
    return population


def single(member: Member) -> Fitted:
    """Return a trial trained alone."""
    return fit(member.plan, *SPLITS, member.effort, task=Task.MANY_CLASS, seed=member.seed, metric=METRIC)


def digits() -> tuple[Examples, Examples]:
    """Return the train and the validation split."""
    inputs, targets = load_digits(return_X_y=True)
    scaled, classes = (inputs / 16).astype(np.float32), targets.astype(np.int32)
    return Examples(scaled[:TRAIN], classes[:TRAIN]), Examples(scaled[TRAIN:], classes[TRAIN:])


def matrix_rate() -> float:
    """Return the floating-point operations a second of a large product, the best of 5."""
    matrix = np.random.default_rng(0).normal(size=(1024, 1024)).astype(np.float32)
    return max(2 * 1024**3 / timed(lambda: matrix @ matrix)[0] for _ in range(5))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that `work` takes, and those on all cores."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - used


def alternated(*works: Callable[[], object]) -> list[tuple[float, float]]:
    """Return the median seconds, and those on all cores, of each work, run in turn."""
    rounds = [[timed(work) for work in works] for _ in range(REPEATS)]
    columns = zip(*rounds, strict=True)
    return [tuple(statistics.median(part) for part in zip(*column, strict=True)) for column in columns]


def line(name: str, measured: tuple[float, float], steps: int, scale: float) -> str:
    """Return a line of the first table."""
    wall, core = measured
    return f"| {name} | {wall * scale:.2f} | {1e6 * wall / steps:.1f} | {1e6 * core / steps:.1f} |"


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


SPLITS = digits()
PARTS = {"search": search, "arithmetic": arithmetic}

if __name__ == "__main__":
    sys.exit(main())
