"""Every token has a row in the embedding's table."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.probes.tables import table_of_inputs
from piste.lint.rule import Group, Rule

_SHOWN = 12


def check(bench: Bench) -> Iterator[Finding]:
    """Yield tokens beyond the table, and negative ones."""
    table = bench.probe(table_of_inputs)
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
            remedy="longer-table",
            where=Where(split=name, rows=tuple(int(row) for row in split.numbers[rows[:_SHOWN]])),
        )  # fmt: skip


RULE = Rule(
    "M119", "tokens-in-table", "Every token is in the embedding's table", Group.MODEL,
    ("network", "train|validation|test"), check,
)  # fmt: skip
