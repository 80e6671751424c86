"""Turns a sign that is wrong: of a loss that rewards errors, of an update that climbs."""

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.remedies.optimiser import scaled
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed


def mend_loss(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with the loss times -1."""
    pipeline = bench.pipeline
    loss = pipeline.loss
    if loss is None or pipeline.step is not None:
        raise NotFixed(f"The loss is taken inside step=. By hand: {finding.fix}.")
    return Mended(
        changed(pipeline, loss=lambda outputs, targets: -loss(outputs, targets)), "the loss has the other sign"
    )


def mend_update(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with every update times -1."""
    pieces = scaled(bench, -1.0, f"By hand: {finding.fix}.")
    return Mended(changed(bench.pipeline, **pieces), "every update has the other sign")


LOSS = Remedy("reverse-loss", "Gives the loss the other sign", mend_loss)
UPDATE = Remedy("reverse-update", "Gives every update the other sign", mend_update)
