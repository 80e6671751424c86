"""Tables that inputs are looked up in."""

import numpy as np

from piste.lint.bench import Bench
from piste.lint.insides import Kind, Place
from piste.lint.network import sample
from piste.lint.probes.insides import inside, of_kind
from piste.lint.rule import NotRun

_EXAMPLES = 64


def table_of_inputs(bench: Bench) -> Place:
    """Probe: the lookup that takes the inputs as they are."""
    inputs, _ = bench.probe(sample, _EXAMPLES, next(iter(bench.pipeline.splits)))
    if inputs.dtype.kind != "i" and not (inputs.dtype.kind == "f" and np.array_equal(inputs, np.round(inputs))):
        raise NotRun("The inputs are no tokens.")
    highest, inside_zero = float(inputs.max(initial=0)), float(inputs.min(initial=0))
    for place in of_kind(bench.probe(inside), Kind.LOOKUP):
        low, high = place.numbers
        wrapped = place.size + inside_zero  # where a negative token ends
        if high in (highest, max(highest, wrapped), float(place.size)) and low >= 0:
            return place
    raise NotRun("No table is seen that the inputs are looked up in.")
