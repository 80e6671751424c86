"""Rows that belong together share a split."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.rule import Group, Rule

_SHOWN = 12


def check(bench: Bench) -> Iterator[Finding]:
    """Yield splits that have rows of a group of train."""
    splits = bench.pipeline.splits
    known = {name: group_names(split.groups) for name, split in splits.items() if split.groups is not None}
    train = known.get("train", np.zeros(0, str))
    for name, groups in known.items():
        rows = np.flatnonzero(np.isin(groups, train) & (groups != "")) if name != "train" else np.zeros(0, np.int64)
        if not len(rows):
            continue
        torn = np.unique(groups[rows])
        yield RULE.finding(
            Severity.ERROR,
            f"{len(torn):,} groups stand in train and in the {name} split",
            evidence=[
                Evidence("groups that are torn apart", f"{len(torn):,}", "0"),
                Evidence(f"rows of {name} whose group is in train", f"{len(rows):,} of {len(groups):,}", "0"),
            ],
            cause="Rows of one person, picture or place are alike: the network knows them from training.",
            fix="--group COLUMN divides by group; or sklearn.model_selection.GroupShuffleSplit",
            key="data.group-leak",
            where=Where(split=name, rows=tuple(int(row) for row in splits[name].numbers[rows[:_SHOWN]])),
            remedy="group-split",
        )


def group_names(groups: Any) -> NDArray[np.str_]:
    """Return the groups as texts, "" where there is none."""
    values = as_numpy(groups)
    texts: NDArray[np.str_] = values.astype(str)
    absent = np.array([one is None or one != one for one in values.tolist()], bool)
    return np.where(absent, "", texts)


RULE = Rule(
    "D112", "groups-apart", "No group stands in train and in another split", Group.DATA, ("train", "groups"), check
)
