"""Takes the usual step, or the usual stream, for one that does something else."""

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.remedies.composed import with_step, with_stream
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed


def mend_step(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with a step put together from its network, loss and optimiser."""
    if bench.pipeline.step is None:
        raise NotFixed(f"There is no step= of yours. By hand: {finding.fix}.")
    said = "the step is put together from network, loss and optimiser; what yours did besides is left out"
    return Mended(changed(with_step(bench.pipeline)), said)


def mend_stream(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with whole batches of its train split, mixed anew in each epoch."""
    if bench.pipeline.stream is None:
        raise NotFixed(f"There is no stream= of yours. By hand: {finding.fix}.")
    said = "the stream hands out whole batches of train, mixed anew in each epoch; augmentation is left out"
    return Mended(changed(with_stream(bench.pipeline)), said)


STEP = Remedy("usual-step", "Puts the step together from network, loss and optimiser", mend_step)
STREAM = Remedy("usual-stream", "Hands out whole batches of train, mixed in each epoch", mend_stream)
