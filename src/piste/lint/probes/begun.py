"""A twin of the training that begins with parameters of the usual size."""

import dataclasses

import numpy as np

from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.probes.comparing import above
from piste.lint.probes.rates import late, losses
from piste.lint.probes.redrawing import redrawn
from piste.lint.rule import NotRun

_GAIN = 2.0  # of He and others (2015), the largest that is usual
_LESS = 0.3  # of the loss that is left
_MATTERS = 0.05  # of the loss of knowing nothing: who has learnt nearly all of it lost nothing worth a word


def begun_anew(bench: Bench, reference: float) -> bool:
    """Probe: whether 64 steps from kernels of variance 2 / inputs leave a clearly lower loss, on the same batches.

    Lower by three tenths of what is left, and by a twentieth of `reference`, the loss of knowing nothing.

    Both are trained by the plain step of network, loss and optimiser.
    """
    net, pipeline = bench.probe(network), bench.pipeline
    if net.init is None or pipeline.model is not None or pipeline.optimiser is None:
        raise NotRun("It takes apply=, init= and an optimiser.")
    plain = dataclasses.replace(pipeline, step=None, start=None, init=None)
    own = Bench(dataclasses.replace(plain, parameters=net.parameters, state=net.state), bench.deadline)
    fresh = dataclasses.replace(plain, parameters=redrawn(net.parameters, pipeline.seed, _GAIN), state=net.state)
    ours, others = (late(losses(one, 1.0)) for one in (own, Bench(fresh, bench.deadline)))
    if not np.all(np.isfinite(others)):
        return False
    gap = above(ours, others)
    return bool(gap.clear and gap.mean > max(_LESS * float(np.mean(ours)), _MATTERS * reference))
