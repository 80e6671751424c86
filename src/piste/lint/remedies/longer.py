"""Trains longer."""

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed

TIMES = 8  # three doublings: the next training says whether it was enough, or too much


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with eight times as many steps; a schedule is stretched with them."""
    pipeline = bench.pipeline
    steps, schedule = pipeline.steps, pipeline.schedule
    if not steps:
        raise NotFixed(f"How many steps there are is not declared: steps=. By hand: {finding.fix}.")
    stretched = None if schedule is None else lambda step: schedule(step / TIMES)
    mended = changed(pipeline, steps=TIMES * steps, schedule=stretched)
    return Mended(mended, f"the training has {TIMES * steps:,} steps instead of {steps:,}")


REMEDY = Remedy("longer", "Trains longer", mend, later=True)
