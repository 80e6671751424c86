"""Takes another value of a setting; of pieces of a person's own, Adam for the optimiser whose number does not fit."""

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.remedies import usual_optimiser
from piste.lint.remedies.remedy import Mended, Remedy


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with plain Adam: the number stands inside a piece that is called and never read."""
    return usual_optimiser.mend(bench, finding)


REMEDY = Remedy("other-setting", "Takes another value of a setting", mend)
