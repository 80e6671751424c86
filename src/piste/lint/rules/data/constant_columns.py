"""Every column changes."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.naming import dropping
from piste.lint.probes.features import Feature, tabular
from piste.lint.rule import Group, NotRun, Rule

_NEARLY = 0.999  # share of one value from which on a column says next to nothing
_FEWEST = 50
_BACKGROUND = 0.2  # share of one value in the whole table that makes it what stands where nothing is
_NAMED = 6


def check(bench: Bench) -> Iterator[Finding]:
    """Yield columns that are constant in train, or nearly so."""
    columns = bench.probe(tabular)
    if not columns or len(bench.pipeline.train) < _FEWEST:
        raise NotRun(f"There are no columns, or fewer than {_FEWEST} examples.")
    shares = {one.name: _commonest(one.splits["train"]) for one in columns}
    constant = [one for one in columns if shares[one.name] == 1.0]
    moving = [one for one in constant if any(_differs(one, name) for name in one.splits)]
    still = [one for one in constant if one not in moving]
    nearly = [one for one in columns if _NEARLY < shares[one.name] < 1.0]
    if moving:
        yield _finding(moving, "constant in train, and not in another split", Severity.WARNING)
    if still:
        yield _finding(still, "constant", Severity.INFO if _background(columns, still) else Severity.WARNING)
    if nearly:
        yield _finding(nearly, f"the same in more than {_NEARLY:.1%} of the examples", Severity.INFO)


def _commonest(values: NDArray[np.generic]) -> float:
    known = values.astype(str) if values.dtype == object else values
    _, counts = np.unique(known, return_counts=True)
    return float(counts.max() / len(values))


def _differs(one: Feature, name: str) -> bool:
    other, value = one.splits[name], one.splits["train"][0]
    return bool(len(other)) and not bool(np.all((other == value) | (other != other)))


def _background(columns: tuple[Feature, ...], still: list[Feature]) -> bool:
    """Return whether the constant value is what stands everywhere where nothing is, as the dark of pictures."""
    values = {one.splits["train"][0] for one in still}
    if len(values) > 1 or len(still) > len(columns) / 2:
        return False
    value = values.pop()
    others = [one for one in columns if one not in still]
    return float(np.mean([np.mean(one.splits["train"] == value) for one in others])) > _BACKGROUND


def _finding(columns: list[Feature], how: str, severity: Severity) -> Finding:
    names = ", ".join(f"'{one.name}'" for one in columns[:_NAMED]) + (", ..." if len(columns) > _NAMED else "")
    return RULE.finding(
        severity,
        f"{len(columns)} columns are {how}: {names}" if len(columns) > 1 else f"{names} is {how}",
        evidence=[Evidence(f"columns that are {how}", f"{len(columns)}", "0")],
        cause="The column was filled or cut off by an earlier step, or it belongs to one part of the data alone.",
        fix=f"Drop it (--drop {columns[0].name}), or look where its values were lost",
        key="data.constant-columns",
        where=Where(split="train", column=columns[0].name),
        remedy="drop-column" if severity is Severity.WARNING else "",  # rare values and dark corners stay
        settings=dropping(*(one.name for one in columns)) if severity is Severity.WARNING else {},
    )


RULE = Rule("D104", "constant-columns", "Every column changes", Group.DATA, ("train",), check)
