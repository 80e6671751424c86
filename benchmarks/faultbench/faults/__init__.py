"""Every fault that is planted, by the groups of the catalogue."""

from benchmarks.faultbench.faults import data, evaluation, loop, loss, model, optimiser
from benchmarks.faultbench.faults.fault import Fault

FAULTS: tuple[Fault, ...] = (
    *data.FAULTS,
    *model.FAULTS,
    *loss.FAULTS,
    *optimiser.FAULTS,
    *loop.FAULTS,
    *evaluation.FAULTS,
)
