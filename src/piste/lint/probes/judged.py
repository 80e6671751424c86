"""What a trained network says of its splits: as it hands it out, by itself, and as the evaluation takes it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from piste.core.records import Task
from piste.evaluate.predictions import Predictions
from piste.lint.arrays import as_numpy, is_torch, tensor
from piste.lint.bench import Bench
from piste.lint.needs import has
from piste.lint.network import network
from piste.lint.pipeline import Split
from piste.lint.probes.classes import labels
from piste.lint.problem import problem
from piste.lint.rule import NotRun
from piste.lint.training import guessed_parameters

MOST = 20_000  # examples of a split that are looked at
_DRAWS = 40

Outputs = NDArray[Any]


def asked(bench: Bench, name: str) -> Split:
    """Probe: the first examples of the split `name`, at most `MOST`; raises `NotRun` where it has no targets."""
    split = bench.pipeline.splits.get(name)
    if split is None or split.targets is None or not len(split):
        raise NotRun(f"To run it, give the {name} split with its targets: {name}=(inputs, targets).")
    return split.first(MOST)


def deciding(bench: Bench) -> str:
    """Probe: the split that a trained network is judged on: test, or validation where there is no test."""
    return "test" if "test" in bench.pipeline.splits else "validation"


def handed_out(bench: Bench, name: str) -> Outputs:
    """Probe: outputs of the trained network for `asked`: those given, or through `predict` where that was given."""
    given = bench.pipeline.outputs or {}
    if name in given:
        return as_numpy(given[name])[:MOST]
    return bench.probe(predicted if bench.pipeline.predict is not None else by_itself, name)


def predicted(bench: Bench, name: str) -> Outputs:
    """Probe: what `predict` says of `asked`."""
    return says(bench, bench.probe(asked, name).inputs)


def says(bench: Bench, inputs: Any) -> Outputs:
    """Return what `predict` says of `inputs` in the library that it is written for."""
    pipeline = bench.pipeline
    if pipeline.predict is None:
        raise NotRun("To run it, give predict=, a function of the training state and inputs.")
    try:
        return as_numpy(pipeline.predict(pipeline.trained, inputs))
    except (TypeError, AttributeError):
        if not (is_torch(pipeline.predict) or is_torch(pipeline.model) or is_torch(pipeline.trained)):
            raise
        return as_numpy(pipeline.predict(pipeline.trained, tensor(inputs)))


def by_itself(bench: Bench, name: str) -> Outputs:
    """Probe: outputs of the network with the trained parameters for `asked`, whatever `predict` does."""
    pipeline = bench.pipeline
    if not has(pipeline, "network"):
        raise NotRun("To run it, give the network (model=, or apply=), or predict=.")
    net = bench.probe(network)
    if net.state:
        raise NotRun("The network has running statistics besides its parameters: give predict=, which uses them.")
    inputs = as_numpy(bench.probe(asked, name).inputs)
    return net.outputs(inputs, guessed_parameters(pipeline))


def predictions(bench: Bench, name: str) -> Predictions:
    """Probe: truth and outputs of `asked` as the evaluation takes them: probabilities, or numbers.

    Raises `NotRun` for outputs that are not one row per example, or not finite.
    """
    task, outputs = bench.probe(problem).task, bench.probe(handed_out, name).astype(np.float64)
    targets = as_numpy(bench.probe(asked, name).targets)
    if len(outputs) != len(targets) or outputs.ndim > 2 or targets.ndim > 2:
        raise NotRun("The predictions are not one row for each example.")
    if not np.all(np.isfinite(outputs)):
        raise NotRun("Some predictions are not finite numbers.")
    if task is Task.REGRESSION:
        return _of_numbers(outputs, targets.astype(np.float64))
    if task is Task.MULTI_LABEL:
        return _of_labels(outputs, targets)
    known = bench.probe(labels).get(name)
    if known is None:
        raise NotRun("The targets are not one class for each example.")
    return _of_classes(bench, task, outputs, known[:MOST])


def _of_numbers(outputs: Outputs, targets: Outputs) -> Predictions:
    told, truth = outputs.reshape(len(outputs), -1), targets.reshape(len(targets), -1)
    if told.shape != truth.shape:
        raise NotRun(f"The predictions have shape {outputs.shape}, the targets {targets.shape}.")
    return Predictions(Task.REGRESSION, (), truth, told)


def _of_labels(outputs: Outputs, targets: Outputs) -> Predictions:
    if outputs.shape != targets.shape:
        raise NotRun(f"The predictions have shape {outputs.shape}, the targets {targets.shape}.")
    names = tuple(f"label {place}" for place in range(targets.shape[1]))
    shares = outputs if between_0_and_1(outputs) else expit(outputs)
    return Predictions(Task.MULTI_LABEL, names, targets.astype(np.int64), shares, names)


def _of_classes(bench: Bench, task: Task, outputs: Outputs, known: NDArray[np.int64]) -> Predictions:
    handed = bench.probe(handed_out, deciding(bench))
    width = max(int(known.max(initial=0)) + 1, bench.probe(problem).width)
    if outputs.ndim == 2 and outputs.shape[1] > 1:
        sums = bool(np.allclose(outputs.sum(axis=1), 1.0, atol=1e-3))
        shares = outputs if between_0_and_1(outputs) and sums else softmax(outputs, axis=1)
    elif np.issubdtype(handed.dtype, np.integer) or handed.dtype == bool:
        shares = np.eye(width)[outputs.reshape(-1).astype(np.int64)]
    elif task is Task.TWO_CLASS:
        one = outputs.reshape(-1)
        one = one if between_0_and_1(one) else expit(one)
        shares = np.stack([1.0 - one, one], axis=1)
    else:
        raise NotRun(f"The predictions have shape {outputs.shape}, and there are {width} classes.")
    if known.min(initial=0) < 0 or known.max(initial=0) >= shares.shape[1]:
        raise NotRun("Some targets are no class that the network has an output for.")
    return Predictions(task, _names(bench, shares.shape[1]), known, shares)


def between_0_and_1(outputs: Outputs) -> bool:
    """Return whether every output may be a probability."""
    return bool(outputs.min(initial=0.0) >= 0.0 and outputs.max(initial=1.0) <= 1.0)


def _names(bench: Bench, width: int) -> tuple[str, ...]:
    dataset = bench.pipeline.dataset
    known = dataset.record.target.classes if dataset is not None else ()
    return known if len(known) == width else tuple(str(place) for place in range(width))


def has_shares(bench: Bench) -> bool:
    """Probe: whether probabilities are handed out, and not the likeliest class alone."""
    shares = bench.probe(predictions, bench.probe(deciding)).outputs
    return not set(np.unique(shares)) <= {0.0, 1.0}


def errors(bench: Bench, name: str) -> NDArray[np.float64]:
    """Probe: how wrong each of `asked` is (N,): 1 or 0, the share of wrong labels, or the mean distance of numbers."""
    one = bench.probe(predictions, name)
    if one.task is Task.REGRESSION:
        return np.asarray(np.abs(one.outputs - one.truth).mean(axis=1), np.float64)
    wrong = (one.chosen != one.truth).astype(np.float64)
    return np.asarray(wrong.mean(axis=1) if wrong.ndim > 1 else wrong, np.float64)


def score(bench: Bench, outputs: Outputs, targets: Outputs) -> float:
    """Return the pipeline's metric of outputs for targets, in the library that it is written for."""
    metric = bench.pipeline.metric
    if metric is None:
        raise NotRun("To run it, give metric=, a function (outputs, targets), and higher_is_better=.")
    if is_torch(metric) or is_torch(bench.pipeline.model):
        try:
            return float(np.mean(as_numpy(metric(tensor(outputs), tensor(targets))), dtype=np.float64))
        except (TypeError, AttributeError):
            pass  # a metric of NumPy beside a network of PyTorch
    return float(np.mean(as_numpy(metric(outputs, targets)), dtype=np.float64))


def standard_error(bench: Bench, name: str) -> float:
    """Probe: how much the metric of `asked` moves between draws of its examples (bootstrap of 40)."""
    outputs, targets = bench.probe(handed_out, name), as_numpy(bench.probe(asked, name).targets)
    draws = bench.generator("standard error", name)
    values = []
    for _ in range(_DRAWS):
        bench.hurry()
        rows = draws.integers(len(outputs), size=len(outputs))
        values.append(score(bench, outputs[rows], targets[rows]))
    return float(np.nanstd(values))
