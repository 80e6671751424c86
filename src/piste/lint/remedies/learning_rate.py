"""Takes another learning rate."""

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.pipeline import Pipeline
from piste.lint.remedies.optimiser import scaled
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed

_LOOKED_AT = 1000  # steps of a schedule


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline whose updates are scaled by the factor that the finding says, or that leads to its rate."""
    pipeline = bench.pipeline
    factor = _factor(pipeline, finding)
    schedule = pipeline.schedule
    rates = None if schedule is None else lambda step: factor * schedule(step)
    pieces = scaled(bench, factor, f"By hand: {finding.fix}.")
    return Mended(changed(pipeline, **pieces, schedule=rates), f"every update, and so the rate, is {factor:.3g} times")


def _factor(pipeline: Pipeline, finding: Finding) -> float:
    if "factor" in finding.settings:
        return float(finding.settings["factor"])
    if "learning_rate" not in finding.settings:
        raise NotFixed(f"By hand: {finding.fix}.")
    rate = float(finding.settings["learning_rate"])
    if pipeline.schedule is None:
        raise NotFixed(f"The present rate is unknown; give schedule=, or set the rate to {rate:.3g}.")
    steps = pipeline.steps or _LOOKED_AT
    looked_at = range(0, steps, max(steps // _LOOKED_AT, 1))
    return rate / max(float(pipeline.schedule(step)) for step in looked_at)


REMEDY = Remedy("learning-rate", "Takes another learning rate", mend, later=True)
