"""Every token has a row in the embedding's table."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.insides import Kind, Place
from piste.lint.network import sample
from piste.lint.probes.insides import inside, of_kind
from piste.lint.rule import Group, NotRun, Rule

_EXAMPLES = 64
_SHOWN = 12


def check(bench: Bench) -> Iterator[Finding]:
    """Yield tokens beyond the table, and negative ones."""
    table = _table(bench)
    for name, split in bench.pipeline.splits.items():
        tokens = as_numpy(split.inputs)
        outside = (tokens >= table.size) | ((tokens < 0) & (tokens != bench.pipeline.declared.padding))
        if not outside.any():
            continue
        rows = np.flatnonzero(outside.reshape(len(tokens), -1).any(axis=1))
        yield RULE.finding(
            Severity.ERROR,
            f"Tokens of the {name} split have no row in the embedding's table",
            evidence=[
                Evidence("smallest and largest token", f"{tokens.min():.0f} and {tokens.max():.0f}",
                         f"0 to {table.size - 1}"),
                Evidence("examples with such a token", f"{len(rows):,} of {len(tokens):,}", "0"),
            ],
            cause="The vocabulary is larger than the table, or begins at 1: such tokens give NaN, or silently the last "
            "row's vector.",
            fix="Make the table as long as the vocabulary: num_embeddings=len(vocabulary)",
            key="model.tokens-outside",
            where=Where(split=name, rows=tuple(int(row) for row in split.numbers[rows[:_SHOWN]])),
        )  # fmt: skip


def _table(bench: Bench) -> Place:
    """Return the lookup that takes the inputs as they are."""
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


RULE = Rule(
    "M119", "tokens-in-table", "Every token is in the embedding's table", Group.MODEL,
    ("network", "train|validation|test"), check,
)  # fmt: skip
