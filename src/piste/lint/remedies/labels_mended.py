"""Counts labels from 0, leaves out those that are none or look wrong, and moves shifted ones back."""

import dataclasses

import numpy as np

from piste.core.findings import Finding
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.pipeline import Split
from piste.lint.probes.agreement import shifted
from piste.lint.probes.classes import labels
from piste.lint.probes.quick import told
from piste.lint.problem import problem
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed, refuse_other_sources, taken
from piste.lint.rules.data.wrong_labels import suspects

_MOST = 0.5  # of the train split that may go


def mend_outside(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with labels one lower where they count from 1; else without train's labels outside."""
    pipeline = bench.pipeline
    refuse_other_sources(pipeline, "Change the labels where it reads them.")
    known, width = bench.probe(labels), bench.probe(problem).width
    train = known["train"]
    if all(values.min(initial=1) >= 1 for values in known.values()) and train.max(initial=0) == width:
        splits = {name: _lower(pipeline.splits[name]) for name in known}
        return Mended(changed(pipeline, **splits), "labels are one lower, and count from 0")
    inside = (train >= 0) & (train < width)
    if train.shape != (len(pipeline.train),) or inside.mean() < _MOST or inside.all():
        raise NotFixed(f"The labels outside are too many, or not train's. By hand: {finding.fix}.")
    mended = changed(pipeline, train=taken(pipeline.train, np.flatnonzero(inside)))
    return Mended(mended, f"{int((~inside).sum()):,} examples of train whose label is no class are left out")


def _lower(split: Split) -> Split:
    return dataclasses.replace(split, targets=as_numpy(split.targets) - 1)


def mend_wrong(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline without the examples of train whose label looks wrong."""
    pipeline = bench.pipeline
    refuse_other_sources(pipeline, "Leave the examples out where it reads them.")
    view = bench.probe(told)
    gone = view.rows[suspects(view).places]
    if not 0 < len(gone) < _MOST * len(pipeline.train):
        raise NotFixed(f"{len(gone):,} of {len(pipeline.train):,} examples would go. By hand: {finding.fix}.")
    rows = np.setdiff1d(np.arange(len(pipeline.train)), gone)
    mended = changed(pipeline, train=taken(pipeline.train, rows))
    return Mended(mended, f"{len(gone):,} of {len(pipeline.train):,} examples are left out of train")


def mend_shifted(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with targets moved back by as many rows as they are shifted, in each split that has it."""
    pipeline = bench.pipeline
    refuse_other_sources(pipeline, "Move the targets where it reads them.")
    found = {name: one for name in pipeline.splits if (one := bench.probe(shifted, name))}
    if "train" not in found:
        raise NotFixed(f"By how much is not known of train. By hand: {finding.fix}.")
    by = found["train"].rows
    splits = {name: _moved(pipeline.splits[name], by) for name, one in found.items() if one.rows == by}
    return Mended(changed(pipeline, **splits), f"targets are moved by {by} rows against the inputs")


def _moved(split: Split, by: int) -> Split:
    rows = np.arange(len(split))
    kept = rows[(rows + by >= 0) & (rows + by < len(split))]
    return dataclasses.replace(taken(split, kept), targets=as_numpy(split.targets)[kept + by])


OUTSIDE = Remedy("known-labels", "Counts labels from 0, and leaves out those that are none", mend_outside)
WRONG = Remedy("drop-suspects", "Leaves out of train what looks wrongly labelled", mend_wrong)
SHIFTED = Remedy("shift-targets", "Moves targets back to their inputs", mend_shifted)
