"""Classes are names: which number stands for which does not change the loss."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.losses import close
from piste.lint.probes.renaming import Renamed, renamed
from piste.lint.rule import Group, NotRun, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a loss that computes with the numbers of the classes; weights of classes are no such loss."""
    declared = bench.pipeline.declared
    if declared.loss == "other":
        raise NotRun("Another loss than the cross-entropy is meant, perhaps one of ordered classes.")
    if declared.ignore_label is not None and declared.ignore_label >= 0:
        raise NotRun("One of the classes is ignored, and so is no name like the others.")
    worst = next((one for one in bench.probe(renamed) if _differs(one)), None)
    if worst is None:
        return
    yield RULE.finding(
        Severity.WARNING,
        "The loss changes when the classes are numbered otherwise",
        evidence=[
            Evidence(f"loss of examples of class {worst.class_}", f"{worst.before[0]:.4g}"),
            Evidence(
                "the same with every class called the next one", f"{worst.after[0]:.4g}", f"{worst.before[0]:.4g}"
            ),
        ],
        cause="The numbers of the classes enter the loss as amounts: class 9 counts as far from class 0.",
        fix="optax.softmax_cross_entropy_with_integer_labels; or Declared(loss='other'), if the classes have an order",
        remedy="usual-loss",
        key="loss.squared-error-of-classes",
        others=("a class is missing in the loss, one_hot(labels, K - 1) say",),
    )


def _differs(one: Renamed) -> bool:
    if all(close(after, before) for after, before in zip(one.after, one.before, strict=True)):
        return False
    weighs = all(before > 0 and after > 0 for after, before in zip(one.after, one.before, strict=True))
    return not (weighs and close(*one.ratios))


RULE = Rule(
    "L111",
    "classes-are-names",
    "It does not matter which number a class has",
    Group.LOSS,
    ("loss", "task"),
    check,
    explained_by=("L101", "L102", "L104"),
)
