"""Draws the first parameters anew, of the size that keeps a signal's."""

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.probes.redrawing import redrawn
from piste.lint.remedies.remedy import Mended, Remedy
from piste.lint.remedies.started import started_otherwise


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline whose kernels (..., inputs, outputs) are drawn with variance 1 / inputs, its biases 0.

    The scales of norms, vectors of ones, stay (LeCun and others, Efficient BackProp, 1998). A step of the person's own
    begins elsewhere, and is put together anew.
    """
    mended = started_otherwise(bench, finding, redrawn)
    return Mended(mended, "kernels are drawn anew with variance 1 / inputs, biases start at 0")


REMEDY = Remedy("usual-start", "Draws the first parameters anew", mend)
