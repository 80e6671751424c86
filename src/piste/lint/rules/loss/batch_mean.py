"""The loss of a batch is the mean of its examples': each counts by itself, and their number does not matter."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.laws import Batch, batch
from piste.lint.probes.losses import close
from piste.lint.rule import Group, NotRun, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a sum over the batch, or examples that count for each other."""
    if bench.pipeline.declared.mixes_in_evaluation:
        raise NotRun("The examples of a batch are declared to depend on each other.")
    found = bench.probe(batch)
    if bench.pipeline.declared.class_weights and _weighs(found):
        return
    mean = (found.first + found.second) / 2
    if close(found.together, mean) and close(found.doubled, found.first):
        return
    if close(found.together, 2 * mean) and close(found.doubled, 2 * found.first):
        if not bench.pipeline.declared.summed:
            yield _summed(found)
        return
    yield _weighted(found, mean) if _weighs(found) else _mixed(found, mean)


def _weighs(found: Batch) -> bool:
    return (
        close(found.alike, found.alike_mean)
        and close(found.doubled, found.first)
        and not close(found.exchanged, found.first)
    )


def _weighted(found: Batch, mean: float) -> Finding:
    return RULE.finding(
        Severity.INFO,
        "The loss weighs classes differently, and divides by the weights of the batch",
        evidence=_evidence(found, mean),
        cause="Weights of classes are at work, and are not declared.",
        fix="Declared(class_weights=True), if they are meant",
        remedy="usual-loss",
        key="loss.weights",
    )


def _summed(found: Batch) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        "The loss of a batch taken twice is twice as large",
        evidence=_evidence(found, (found.first + found.second) / 2),
        cause="The loss is the sum over the batch, so that the rate in effect grows with the batch size.",
        fix="Take the mean: jnp.mean(losses); or say that it is meant: Declared(summed=True)",
        remedy="usual-loss",
        key="loss.sum",
    )


def _mixed(found: Batch, mean: float) -> Finding:
    pairs = found.shape == (found.examples, found.examples) or close(found.exchanged, found.first)
    return RULE.finding(
        Severity.ERROR,
        "The loss of two batches together is not the mean of both",
        evidence=[
            *_evidence(found, mean),
            Evidence("shape of what the loss returns", str(found.shape), f"() or ({found.examples},)"),
        ],
        cause="Outputs (N, 1) and targets (N,) broadcast to (N, N): each output is compared with all targets."
        if pairs
        else "The loss of an example depends on the others of its batch: a softmax or mean over axis 0.",
        fix="outputs = outputs.squeeze(-1), before the loss"
        if pairs
        else "Reduce over the last axis, then take the mean",
        remedy="usual-loss",
        key="loss.broadcast" if pairs else "loss.batch-axis",
        others=() if pairs else ("Outputs and targets broadcast: look at both shapes.",),
    )


def _evidence(found: Batch, mean: float) -> list[Evidence]:
    return [
        Evidence("batch A twice, against once", f"{found.doubled:.4g}", f"{found.first:.4g}"),
        Evidence("A and B together, against their mean", f"{found.together:.4g}", f"{mean:.4g}"),
    ]


RULE = Rule(
    "L103", "batch-mean", "The loss of a batch is the mean of its examples'", Group.LOSS, ("loss", "task"), check,
    explained_by=("L101", "L104", "L107"),
)  # fmt: skip
