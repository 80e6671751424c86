"""Leaves a column out of the inputs of every split."""

import dataclasses

import numpy as np

from piste.core.findings import Finding
from piste.lint.arrays import as_numpy, is_torch, tensor
from piste.lint.bench import Bench
from piste.lint.pipeline import Pipeline, Split
from piste.lint.remedies.columns import listed_in, places, width
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed, refuse_other_sources

_OF_WIDTH = ("apply", "train_apply", "init", "parameters", "state", "start", "step", "predict")


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline without the columns; a network that is not made for a width yet is drawn anew."""
    pipeline = bench.pipeline
    names = listed_in(finding, "drop")
    gone = places(bench, names)
    count = width(bench)
    by_hand = f"By hand: inputs = np.delete(inputs, {gone}, axis=1), and a network of {count - len(gone)} inputs."
    refuse_other_sources(pipeline, by_hand)
    if _made_for_a_width(pipeline):
        raise NotFixed(f"The network takes {count} inputs. {by_hand}")
    if len(gone) == count:
        raise NotFixed("No column would be left.")
    splits = {name: _without(split, gone) for name, split in pipeline.splits.items()}
    said = ", ".join(f"'{name}'" for name in names)
    return Mended(changed(pipeline, **splits), f"{said} {'are' if len(gone) > 1 else 'is'} left out of the inputs")


def _made_for_a_width(pipeline: Pipeline) -> bool:
    return any(getattr(pipeline, name) is not None for name in _OF_WIDTH) or is_torch(pipeline.model)


def _without(split: Split, gone: list[int]) -> Split:
    kept = np.delete(as_numpy(split.inputs), gone, axis=1)
    return dataclasses.replace(split, inputs=tensor(kept) if is_torch(split.inputs) else kept)


REMEDY = Remedy("drop-column", "Leaves the column out", mend, renames=True)
