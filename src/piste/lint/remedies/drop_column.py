"""Leaves a column out of the inputs of every split."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from piste.core.findings import Finding
from piste.lint.arrays import as_numpy, is_torch, tensor
from piste.lint.bench import Bench
from piste.lint.pipeline import Pipeline, Split
from piste.lint.remedies.columns import listed_in, places, width
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed, refuse_other_sources

_OF_WIDTH = ("apply", "train_apply", "init", "parameters", "state", "start", "step", "predict")
_FILLED = {"apply": -1, "train_apply": -2, "step": 1, "predict": 1}  # which argument the inputs are, where called so


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline without the columns; a network that is not made for a width yet is drawn anew.

    One that is made for all columns is handed the mean of train in their place.
    """
    pipeline = bench.pipeline
    names = listed_in(finding, "drop")
    gone = places(bench, names)
    count = width(bench)
    by_hand = f"By hand: inputs = np.delete(inputs, {gone}, axis=1), and a network of {count - len(gone)} inputs."
    refuse_other_sources(pipeline, by_hand)
    if len(gone) == count:
        raise NotFixed("No column would be left.")
    splits: dict[str, Any] = {name: _without(split, gone) for name, split in pipeline.splits.items()}
    if _made_for_a_width(pipeline):
        if pipeline.model is not None:
            raise NotFixed(f"The network takes {count} inputs. {by_hand}")
        splits |= _filling(pipeline, gone)
    said = ", ".join(f"'{name}'" for name in names)
    return Mended(changed(pipeline, **splits), f"{said} {'are' if len(gone) > 1 else 'is'} left out of the inputs")


def _made_for_a_width(pipeline: Pipeline) -> bool:
    return any(getattr(pipeline, name) is not None for name in _OF_WIDTH) or is_torch(pipeline.model)


def _filling(pipeline: Pipeline, gone: list[int]) -> dict[str, Any]:
    """Return the functions that take inputs, with the mean of train where a column is missing: it tells nothing."""
    train = as_numpy(pipeline.train.inputs)
    means = train[:, gone].mean(axis=0).astype(train.dtype)
    places = np.asarray(gone) - np.arange(len(gone))

    def filled(inputs: Any) -> Any:
        return jnp.insert(jnp.asarray(inputs), places, means, axis=1)

    def wrapped(own: Callable[..., Any], place: int) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            given = list(arguments)
            given[place] = filled(given[place])
            return own(*given)

        return call

    return {name: wrapped(own, place) for name, place in _FILLED.items() if (own := getattr(pipeline, name))}


def _without(split: Split, gone: list[int]) -> Split:
    kept = np.delete(as_numpy(split.inputs), gone, axis=1)
    return dataclasses.replace(split, inputs=tensor(kept) if is_torch(split.inputs) else kept)


REMEDY = Remedy("drop-column", "Leaves the column out", mend, renames=True)
