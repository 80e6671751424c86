"""What a run keeps of its train split, so that data of years later can be compared with it."""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.drift import KeptTrait, ReferenceRecord
from piste.core.keys import generator
from piste.data.examples import DataSet
from piste.data.traits import Trait, traits_of

KEPT = 2000  # examples
_CELLS = 1_000_000  # of wide tables fewer examples are kept, though never under `_FEWEST`
_FEWEST = 200
_LEVELS = 10_000


def reference_of(dataset: DataSet, seed: int, most: int = KEPT) -> tuple[ReferenceRecord, list[NDArray[Any]]]:
    """Return what is kept of the train split of `dataset`: a record, and the values of each trait, (kept,).

    The examples are drawn by chance (the named draw "reference"), at most `most` of them, in an order of their own.
    """
    columns, _ = dataset.select("train")
    traits = traits_of(columns)
    rows = dataset.train_rows
    held = len(dataset.rows["train"])
    kept = min(most, held, max(_FEWEST, _CELLS // max(len(traits), 1)))
    picked = generator(seed, "reference").permutation(held)[:kept]
    record = ReferenceRecord(rows, kept, tuple(map(_kept, traits)))
    return record, [trait.values[picked] for trait in traits]


def _kept(trait: Trait) -> KeptTrait:
    missing = float(trait.missing.mean()) if len(trait.values) else 0.0
    if trait.values.dtype != object:
        return KeptTrait(trait.name, trait.column, trait.kind, missing)
    found = Counter(trait.present.tolist())
    levels = tuple(sorted(found)) if len(found) <= _LEVELS else ()
    # Good (1953): what was not seen yet has about the share of what was seen once.
    once = float(np.mean([found[value] == 1 for value in trait.present.tolist()])) if found else 0.0
    return KeptTrait(trait.name, trait.column, trait.kind, missing, levels, once)
