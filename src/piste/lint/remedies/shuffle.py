"""Mixes the examples: anew in every epoch of a stream, once where there are arrays alone."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from piste.core.findings import Finding
from piste.core.keys import generator
from piste.lint.arrays import as_numpy, is_torch, tensor
from piste.lint.bench import Bench
from piste.lint.remedies.remedy import Mended, Remedy, changed, taken


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline whose stream has an order of its own in each epoch, or whose train split is mixed."""
    pipeline = bench.pipeline
    if pipeline.stream is not None:
        mixed = shuffled(pipeline.stream, pipeline.seed)
        return Mended(changed(pipeline, stream=mixed), "the examples of an epoch are read, and mixed anew in each")
    order = bench.generator("shuffle").permutation(len(pipeline.train))
    return Mended(changed(pipeline, train=taken(pipeline.train, order)), "the examples of train are mixed")


def shuffled(stream: Callable[[int], Iterable[Any]], seed: int) -> Callable[[int], Iterator[tuple[Any, ...]]]:
    """Return `stream` with the examples of each epoch in an order drawn for it, in batches of the sizes they had.

    An epoch is held in memory while it is handed out.
    """

    def epoch(number: int) -> Iterator[tuple[Any, ...]]:
        batches = [tuple(batch) for batch in stream(number)]
        torch = bool(batches) and is_torch(batches[0][0])
        parts = [np.concatenate([as_numpy(batch[place]) for batch in batches]) for place in range(len(batches[0]))]
        order = generator(seed, "shuffle", number).permutation(len(parts[0]))
        ends = np.cumsum([len(batch[0]) for batch in batches])[:-1]
        for rows in np.split(order, ends):
            yield tuple(tensor(part[rows]) if torch else part[rows] for part in parts)

    return epoch


REMEDY = Remedy("shuffle", "Mixes the examples in each epoch", mend)
