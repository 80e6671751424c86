"""Whether the inputs are tokens: whole numbers that stand for words, and are no measurements."""

import numpy as np

from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.needs import has
from piste.lint.problem import output_shape

_ROWS = 1000


def are_tokens(bench: Bench) -> bool:
    """Probe: whether the inputs are whole numbers (N, T) and something says that T counts steps.

    That is a declaration of causality, padding or the unknown token, or outputs of one row for each step.
    """
    pipeline, declared = bench.pipeline, bench.pipeline.declared
    for split in pipeline.splits.values():
        inputs = as_numpy(split.inputs[:_ROWS])
        if inputs.ndim != 2 or inputs.dtype.kind not in "iuf" or not np.array_equal(inputs, np.round(inputs)):
            return False
    if declared.causal or declared.padding is not None or declared.unknown is not None:
        return True
    outputs = bench.probe(output_shape) if has(pipeline, "network") and pipeline.splits else ()
    return len(outputs) > 1 and outputs[0] == as_numpy(pipeline.train.inputs[:1]).shape[1]
