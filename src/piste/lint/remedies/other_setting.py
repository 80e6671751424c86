"""Takes another value of a setting; in pieces of a person's own it is to be changed by hand."""

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy


def mend(bench: Bench, finding: Finding) -> Mended:
    """Raise `NotFixed`: the number stands inside a piece that is called and never read."""
    raise NotFixed(f"The number stands inside a piece of yours. By hand: {finding.fix}.")


REMEDY = Remedy("other-setting", "Takes another value of a setting", mend)
