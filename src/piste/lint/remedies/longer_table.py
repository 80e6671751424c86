"""Gives every token a row of the table."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.findings import Finding
from piste.core.keys import seed_of
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.probes.tables import table_of_inputs
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy
from piste.lint.remedies.started import started_otherwise


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline whose table has a row for the largest token; rows are drawn as large as those there are.

    The table is the one leaf with an axis as long as the table that the inputs are looked up in. Nothing is changed
    where tokens are negative, or where several leaves may be it.
    """
    rows = bench.probe(table_of_inputs).size
    tokens = [as_numpy(split.inputs) for split in bench.pipeline.splits.values()]
    wanted = int(max(one.max() for one in tokens)) + 1
    if min(one.min() for one in tokens) < 0:
        raise NotFixed(f"Some tokens are negative, which no table has a row for. By hand: {finding.fix}.")
    places = [
        (number, axis)
        for number, leaf in enumerate(jax.tree.leaves(bench.probe(network).parameters))
        for axis, length in enumerate(np.shape(leaf))
        if length == rows and np.ndim(leaf) > 1
    ]
    if len(places) != 1:
        raise NotFixed(f"{len(places)} arrays of parameters may be the table. By hand: {finding.fix}.")
    ((number, axis),) = places

    def lengthened(parameters: Any, seed: int) -> Any:
        leaves, structure = jax.tree.flatten(parameters)
        leaves[number] = _with_more(jnp.asarray(leaves[number]), axis, wanted - rows, seed)
        return jax.tree.unflatten(structure, leaves)

    mended = started_otherwise(bench, finding, lengthened)
    return Mended(mended, f"the table has {wanted:,} rows instead of {rows:,}")


def _with_more(table: jax.Array, axis: int, more: int, seed: int) -> jax.Array:
    shape = tuple(more if place == axis else length for place, length in enumerate(table.shape))
    drawn = jax.random.normal(jax.random.key(seed_of(seed, "longer table")), shape, table.dtype)
    return jnp.concatenate([table, drawn * jnp.std(table)], axis=axis)


REMEDY = Remedy("longer-table", "Gives every token a row of the table", mend)
