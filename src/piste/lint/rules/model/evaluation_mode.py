"""Evaluation draws nothing at random, and training mode differs from it where it is meant to."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.modes import modes, repeated
from piste.lint.rule import Group, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield draws in evaluation mode, and a training mode of its own that changes nothing."""
    found, pipeline = bench.probe(repeated), bench.pipeline
    if not found.none and not pipeline.declared.random_evaluation:
        yield RULE.finding(
            Severity.ERROR,
            "The same inputs give other outputs when they are evaluated again",
            evidence=[
                Evidence("change between two calls", f"{found.changed:.3g}", f"0 (outputs up to {found.size:.3g})")
            ],
            cause="Dropout, noise or augmentation is on in evaluation mode.",
            fix="model.eval(), deterministic=True, or no key in evaluation",
            key="model.random-evaluation",
        )
    if pipeline.train_apply is not None:
        twins = bench.probe(modes)
        if twins.draws.changed == 0.0 and twins.evaluation.changed == 0.0:
            yield RULE.finding(
                Severity.WARNING,
                "Training mode does what evaluation mode does",
                evidence=[Evidence("change between both modes", "0", "dropout or batch statistics at work")],
                cause="The flag that switches dropout and batch statistics on is not handed through.",
                fix="train_apply must call the network with train=True; leave it out where there is no such mode",
                key="model.mode",
            )


RULE = Rule(
    "M105",
    "evaluation-mode",
    "Evaluation is the same each time",
    Group.MODEL,
    ("network", "train|validation|test"),
    check,
)
