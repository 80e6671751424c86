"""The columns of plain inputs, as rules name them: "input 3"."""

from piste.core.findings import Finding
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.probes.features import features
from piste.lint.remedies.remedy import NotFixed


def places(bench: Bench, names: list[str]) -> list[int]:
    """Return which columns of the inputs (N, F) `names` means; raises `NotFixed` where the inputs have none."""
    known = [one.name for one in bench.probe(features)]
    if bench.pipeline.dataset is not None or not known or set(names) - set(known):
        raise NotFixed("The inputs have no columns of these names: change them where they are read.")
    return sorted(known.index(name) for name in names)


def listed_in(finding: Finding, setting: str) -> list[str]:
    """Return the items of a setting that a finding would set, with commas between."""
    text = str(finding.settings.get(setting, ""))
    if not text:
        raise NotFixed(f"By hand: {finding.fix}.")
    return text.split(",")


def width(bench: Bench) -> int:
    """Return how many columns the inputs have."""
    split = next(iter(bench.pipeline.splits.values()))
    return int(as_numpy(split.inputs).shape[1])
