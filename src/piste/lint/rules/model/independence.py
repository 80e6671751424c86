"""In evaluation, the outputs of an example depend on it alone."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.modes import batch_size, other_examples
from piste.lint.rule import Group, NotRun, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield outputs that change with the other examples of the batch, or with its size."""
    if bench.pipeline.declared.mixes_in_evaluation:
        raise NotRun("The examples of a batch are declared to depend on each other in evaluation too.")
    others, size = bench.probe(other_examples), bench.probe(batch_size)
    if others.none and size.none:
        return
    yield RULE.finding(
        Severity.ERROR,
        "The outputs of an example depend on the other examples of its batch",
        evidence=[
            Evidence(
                "change when other examples are replaced",
                f"{others.changed:.3g}",
                f"0 (outputs up to {others.size:.3g})",
            ),
            Evidence("change in a batch of half the size", f"{size.changed:.3g}", "0"),
        ],
        cause="An axis is mixed up: a reshape, softmax, mean or normalisation runs over the batch.",
        fix="Keep axis 0 for examples; batch norm must use its running averages in evaluation",
        remedy="one-by-one",
        key="model.mixes-examples",
    )


RULE = Rule(
    "M104", "independence", "Examples of a batch do not mix", Group.MODEL, ("network", "train|validation|test"), check,
    explained_by=("M105",),
)  # fmt: skip
