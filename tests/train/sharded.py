"""Trainings on one, two and four devices, in a process of its own that has four: what they give, as arrays in a file.

`python sharded.py FOLDER` writes FOLDER/<case>-<devices>.npz. The devices are parts of the CPU, which JAX makes only
before it is first used.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import PisteError
from piste.core.records import Task
from piste.nn.activations import Activation
from piste.nn.augment.mixing import Mixup
from piste.nn.augment.shift import Shift
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.layer import Layer
from piste.nn.losses import CrossEntropy
from piste.nn.metrics import METRICS
from piste.nn.normalisation import BatchNorm, Standardise
from piste.nn.pooling import GlobalAveragePool
from piste.nn.resolve import resolve
from piste.nn.sequential import Sequential
from piste.train.averaging import Averaging
from piste.train.checkpoint import Checkpoints
from piste.train.fit import Examples, Fitted, Progress, Shown, fit
from piste.train.inference import outputs
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.schedules import rates
from piste.train.sharding import check_devices, usual_devices
from piste.train.timeline import Effort, steps_per_epoch

ROWS, HELD, EPOCHS, SHARED = 200, 50, 3, (1, 2, 4)


class Case(NamedTuple):
    """What is trained: its plan, its data, and the examples per step."""

    plan: Plan
    inputs: NDArray[Any]
    targets: NDArray[Any]
    batch_size: int
    weights: NDArray[np.float32] | None = None


def cases() -> dict[str, Case]:
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(ROWS, 6)).astype(np.float32)
    kinds = (rows @ generator.normal(size=(6, 3))).argmax(axis=1).astype(np.int32)
    pictures = generator.integers(0, 256, (ROWS, 8, 8, 1)).astype(np.uint8)
    bright = (pictures.mean((1, 2, 3)) > 127).astype(np.int32)
    weights = generator.uniform(0.5, 2.0, ROWS).astype(np.float32)
    relu = Activation("relu")
    mlp = (Dense(16), BatchNorm(), relu, Dropout(0.8), Dense(3))
    cnn = (Standardise((127.0,), (74.0,)), Conv2D(6), BatchNorm(), relu, Conv2D(6, stride=2), relu,
           GlobalAveragePool(), Dense(2))  # fmt: skip
    table, view = resolve(Sequential(mlp)), resolve(Sequential(cnn))
    moved = plan(view, (8, 8, 1), augment=(Shift(1),))
    return {
        "mlp": Case(plan(table, (6,)), rows, kinds, 32),
        "uneven": Case(plan(table, (6,), metric="f1"), rows, kinds, 30),
        "fewer-double": Case(replace(plan(table, (6,)), precision="float64"), rows, kinds, 3),
        "averaged": Case(plan(table, (6,), averaging=Averaging("ema")), rows, kinds, 32, weights),
        "accumulated": Case(plan(table, (6,), pieces=3), rows, kinds, 32, weights),
        "mixed": Case(plan(table, (6,), augment=(Mixup(classes=3),)), rows, kinds, 32),
        "cnn": Case(moved, pictures, bright, 32),
        "cnn-double": Case(replace(moved, precision="float64"), pictures, bright, 30),
        "mlp-half": Case(replace(plan(table, (6,)), precision="bfloat16"), rows, kinds, 32),
    }


def plan(model: Layer, shape: tuple[int, ...], metric: str = "accuracy", **more: Any) -> Plan:
    watched = METRICS[Task.MANY_CLASS][metric].metric
    return Plan(model, shape, CrossEntropy(), watched, Optimiser("sgd"), **more)


def trained(case: Case, devices: int, **more: Any) -> Fitted:
    train, held = (
        Examples(case.inputs[rows], case.targets[rows], None if case.weights is None else case.weights[rows])
        for rows in (slice(HELD, None), slice(HELD))
    )
    steps = EPOCHS * steps_per_epoch(ROWS - HELD, case.batch_size)
    effort = Effort(EPOCHS, case.batch_size, rates("constant", 0.05, steps))
    planned = replace(case.plan, devices=devices)
    return fit(planned, train, held, effort, task=Task.MANY_CLASS, seed=0, metric=Shown("f1"), **more)


def vector(tree: Any) -> NDArray[Any]:
    return np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(tree)])


def found(case: Case, fitted: Fitted, devices: int) -> dict[str, NDArray[Any]]:
    said = outputs(case.plan.model, fitted.parameters, fitted.state, case.inputs, case.plan.precision, devices)
    return {
        "parameters": vector(fitted.parameters),
        "state": vector(fitted.state),
        "losses": np.array([[one.train_loss, one.validation_loss] for one in fitted.epochs]),
        "metric": np.array([one.validation_metric for one in fitted.epochs]),
        "outputs": said,
    }


def crossed(case: Case, before: int, after: int, folder: Path) -> Fitted:
    """Train on `before` devices up to a checkpoint after two epochs, and on `after` from there."""

    def watch(progress: Progress) -> None:
        if progress.record is not None and progress.record.epoch == 2:
            raise KeyboardInterrupt

    try:
        trained(case, before, watch=watch, by_validation=True, checkpoints=Checkpoints(folder, "this"))
    except KeyboardInterrupt:
        return trained(case, after, checkpoints=Checkpoints(folder, "this"))
    raise AssertionError("The training was not cut short.")


def refused(check: Callable[[], None]) -> str:
    try:
        check()
    except PisteError as error:
        return str(error)
    return ""


def main(folder: Path) -> None:
    known = cases()
    for name, case in known.items():
        for devices in SHARED:
            np.savez(folder / f"{name}-{devices}.npz", **found(case, trained(case, devices), devices))  # type: ignore[arg-type]
    for before, after in ((4, 1), (1, 4)):
        fitted = crossed(known["mlp"], before, after, folder / f"from-{before}")
        np.savez(folder / f"crossed-{before}.npz", **found(known["mlp"], fitted, after))  # type: ignore[arg-type]
    (folder / "usual").write_text(str(usual_devices()))
    (folder / "refused").write_text(refused(lambda: check_devices(5)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
