"""Simple models fitted to the train split of a pipeline and judged beside its trained network."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.records import BaselineRecord, Score, Task
from piste.evaluate.baselines import run_baselines
from piste.evaluate.judge import judged
from piste.evaluate.scores import deciding, is_imbalanced, main_score
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.probes.classes import labels
from piste.lint.probes.judged import asked, between_0_and_1, handed_out, has_shares, predictions, score
from piste.lint.probes.judged import deciding as deciding_split
from piste.lint.probes.quick import vectors
from piste.lint.problem import problem
from piste.lint.rule import NotRun

_ROWS = 3000  # train examples that they learn from
_NUMBERS = 8  # of a target
_CERTAIN = 20.0  # a logit, of an answer without doubt


def rivals(bench: Bench) -> tuple[Score, tuple[BaselineRecord, ...]]:
    """Probe: the network's score, and each simple model with the network's lead over it, paired by example.

    They see the examples as `vectors` gives them, and learn from at most 3,000 of them: nearest neighbours, a linear
    model and the constant. Raises `NotRun` for targets of many numbers, which a network may not be meant to copy.
    """
    name = bench.probe(deciding_split)
    judged_by, learnt_from = bench.probe(predictions, name), bench.probe(truth_of_train)
    if judged_by.task is Task.REGRESSION and judged_by.truth.shape[1] > _NUMBERS:
        raise NotRun(f"The target has more than {_NUMBERS} numbers, of pictures or sequences for instance.")
    inputs = bench.probe(vectors)
    rows = np.sort(bench.generator("rivals").permutation(len(learnt_from))[:_ROWS])
    bench.hurry()
    ran, _ = run_baselines(
        (inputs["train"][rows], learnt_from[rows]),
        inputs[name][: judged_by.rows],
        judged_by.task,
        judged_by.classes,
        judged_by.names,
        bench.pipeline.seed,
        without=("trees",),
    )
    main = main_score(judged_by.task, is_imbalanced(judged_by.task, learnt_from[rows]))
    scores, records = judged(judged_by, ran, bench.pipeline.seed, "", main)
    return deciding(scores, main), records


def truth_of_train(bench: Bench) -> NDArray[Any]:
    """Probe: the targets of the train split as the evaluation takes them."""
    if bench.probe(problem).of_classes:
        known = bench.probe(labels).get("train")
        if known is None or known.min(initial=0) < 0:
            raise NotRun("The train targets are not one class for each example.")
        return known
    split = bench.pipeline.splits.get("train")
    if split is None or split.targets is None:
        raise NotRun("To run it, give the examples: train=(inputs, targets).")
    return as_numpy(split.targets)


def of_constant(bench: Bench) -> tuple[float, float] | None:
    """Probe: the pipeline's own metric of the trained network, and of always naming the commonest class.

    None where there are no classes, or the metric takes other outputs than those handed out.
    """
    if bench.pipeline.metric is None or not bench.probe(problem).of_classes:
        return None
    name = bench.probe(deciding_split)
    outputs, targets = bench.probe(handed_out, name), as_numpy(bench.probe(asked, name).targets)
    shares = bench.probe(predictions, name).outputs
    known = bench.probe(truth_of_train)
    commonest = int(np.bincount(known).argmax())
    if outputs.ndim == 2 and outputs.shape[1] == shares.shape[1]:
        constant = np.full(outputs.shape, -_CERTAIN, np.float32)
        constant[:, commonest] = _CERTAIN
    elif outputs.size == len(outputs) and bench.probe(problem).task is Task.TWO_CLASS and bench.probe(has_shares):
        constant = np.full(outputs.shape, _CERTAIN if commonest else -_CERTAIN, np.float32)
    else:
        return None
    if between_0_and_1(outputs):
        constant = np.clip(constant, 0.0, 1.0)
    return score(bench, outputs, targets), score(bench, constant.astype(outputs.dtype), targets)
