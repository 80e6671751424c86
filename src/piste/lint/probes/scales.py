"""Does the network mind on which scale its inputs are? One that normalises them itself does not."""

import numpy as np

from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.network import network, sample

_EXAMPLES = 64
_MINDS = 0.1  # of the deviation of the outputs


def minds_scale(bench: Bench, factor: float, column: int = -1) -> bool:
    """Probe: whether the untrained network's outputs change when its inputs, or one column of them, are multiplied.

    In training mode where there is one: batch norm that has seen nothing yet hands its inputs on.
    """
    net, (inputs, _) = bench.probe(network), bench.probe(sample, _EXAMPLES)
    other = np.array(inputs)
    other[:, column if column >= 0 else slice(None)] *= np.asarray(factor, inputs.dtype)
    seen = [net.outputs(one) if net.train is None else net.training_outputs(one, 0) for one in (inputs, other)]
    before, after = (as_numpy(one).astype(np.float64) for one in seen)
    return bool(np.sqrt(np.mean(np.square(after - before))) > _MINDS * before.std() > 0.0)
