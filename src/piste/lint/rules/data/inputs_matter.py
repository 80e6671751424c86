"""The inputs say something about their targets."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.needs import has
from piste.lint.probes.agreement import Agreement, Shifted, agreement, forest, shifted
from piste.lint.probes.classes import of_one_class
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule

_FEWEST = 50
_SURE = 1e-4
_WEAK = 0.3  # correlation below which a shift of the rows is looked for
_MATTERS = 0.2  # correlation of neighbours' targets above which a task is not missed


def check(bench: Bench) -> Iterator[Finding]:
    """Yield splits whose similar examples have targets as different as any, where that is no nature of the task."""
    splits = bench.pipeline.splits
    names = [name for name, one in splits.items() if one.targets is not None and len(one) >= _FEWEST]
    if "train" not in names:
        raise NotRun(f"It takes {_FEWEST} examples.")
    found = {name: bench.probe(agreement, name, 0) for name in names}
    silent = [name for name in names if not found[name].tells]
    weak = [name for name in names if name in silent or found[name].value < _WEAK]
    moved = {name: one for name in weak if (one := bench.probe(shifted, name))}
    for name, one in moved.items():
        yield _shifted(bench, name, one, found[name], len(names))
    if moved:
        return
    best = max(found.values(), key=lambda one: one.value if one.tells else 0.0)
    for name in silent if best.tells else ():
        if bench.probe(of_one_class, name):
            continue
        chance = len(names) * found[name].at_most(0.5 * best.value)
        if chance < _SURE:
            yield _apart(name, found[name], best, chance)
    if not best.tells and not bench.probe(of_one_class, "train"):
        yield from _nothing(bench, found["train"])


def _shifted(bench: Bench, name: str, one: Shifted, plain: Agreement, splits: int) -> Finding:
    rows = f"{abs(one.rows)} row" + ("s" if abs(one.rows) > 1 else "")
    way = "after" if one.rows > 0 else "before"
    return RULE.finding(
        _severity(bench),
        f"The targets of {name} are shifted by {rows} against its inputs",
        evidence=[
            Evidence("correlation of the targets of similar examples", f"{plain.value:.2f}"),
            Evidence(f"the same, with the target {rows} {way} each example's own", f"{one.agreement.value:.2f}", "0"),
        ],
        cause="A row was dropped or added in one of inputs and targets: a header, a missing value, a wrong slice.",
        fix="Read inputs and targets from the same rows, and compare a few by eye",
        remedy="shift-targets",
        key="data.targets-shifted",
        where=Where(split=name),
        others=("the target is meant to be that of another row, in a forecast",),
        p_value=min(1.0, one.chance * splits),
    )


def _severity(bench: Bench) -> Severity:
    """Return how sure it is: a forecast has targets of later rows on purpose, mostly numbers of rows in time."""
    if has(bench.pipeline, "times"):
        return Severity.INFO
    return Severity.ERROR if bench.probe(problem).of_classes else Severity.WARNING


def _apart(name: str, one: Agreement, best: Agreement, chance: float) -> Finding:
    return RULE.finding(
        Severity.ERROR if name == "train" else Severity.WARNING,
        f"The targets of {name} do not belong to its inputs",
        evidence=[
            Evidence("correlation of the targets of similar examples", f"{one.value:.2f}"),
            Evidence("the same in another split", f"{best.value:.2f}", "alike"),
        ],
        cause="Inputs or targets of this split were shuffled or sorted without the other.",
        fix="Shuffle both with one order: order = generator.permutation(len(inputs)); inputs[order], targets[order]",
        key="data.targets-apart",
        where=Where(split=name),
        p_value=min(1.0, chance),
    )


def _nothing(bench: Bench, one: Agreement) -> Iterator[Finding]:
    chance = one.at_most(_MATTERS)
    if chance > _SURE:
        return
    quick = bench.probe(forest)
    chance = max(chance, quick.at_most(_MATTERS))
    if chance > _SURE:
        return
    yield RULE.finding(
        Severity.WARNING,
        "Nothing in the inputs tells the target",
        evidence=[
            Evidence("correlation of the targets of similar examples", f"{one.value:.2f}", "above 0"),
            Evidence("that of the target with what a quick model says of it", f"{quick.value:.2f}", "above 0"),
        ],
        cause="Inputs and targets were shuffled apart, or the wrong column is the target.",
        fix="Look at a few examples with their targets by eye",
        key="data.targets-apart",
        where=Where(split="train"),
        others=("the task is too hard for quick models", "the inputs say nothing of the target"),
        p_value=chance,
    )


RULE = Rule(
    "D117", "inputs-matter", "Similar examples have similar targets", Group.DATA, ("train", "targets"), check,
    statistical=True, explained_by=("D106", "D115"),
)  # fmt: skip
