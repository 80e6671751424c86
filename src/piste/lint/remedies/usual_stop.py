"""Stops a training that has found nothing better for ten evaluations."""

import numpy as np

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.remedies.remedy import Mended, Remedy, changed

PATIENCE = 10


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline that ends ten evaluations after the best, by the direction that is declared."""
    higher = bool(bench.pipeline.higher_is_better)

    def stop(history: list[float]) -> bool:
        best = int(np.argmax(history) if higher else np.argmin(history))
        return len(history) - 1 - best >= PATIENCE

    return Mended(changed(bench.pipeline, stop=stop), f"the training ends {PATIENCE} evaluations after the best")


REMEDY = Remedy("usual-stop", "Stops ten evaluations after the best", mend)
