"""No layer is so narrow that the network cannot learn."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.capacity import STEPS, WIDER, wider
from piste.lint.probes.passage import Passage, passage
from piste.lint.rule import Group, Rule
from piste.nn.sequential import Sequential

_WORSE = 1.5  # times the loss of the wider twin


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a hidden layer of a few units, where more of them learn far more; of a black box what passes through it."""
    if not isinstance(bench.pipeline.model, Sequential):
        yield from _of_black_box(bench.probe(passage))
        return
    found = bench.probe(wider)
    if found is None or not found.gap.clear or found.wide >= found.start:
        return
    if found.narrow < _WORSE * max(found.wide, 0.0):
        return
    one = found.units == 1
    yield RULE.finding(
        Severity.WARNING,
        f"A hidden layer of {found.units} {'unit' if one else 'units'} keeps the network from learning",
        evidence=[
            Evidence(f"mean loss of the last quarter of {STEPS} steps of Adam", f"{found.narrow:.4g}"),
            Evidence(f"the same with {WIDER} units there", f"{found.wide:.4g}", "no better"),
            Evidence("difference in standard errors", f"{found.gap.errors:.1f}", "below 3"),
        ],
        cause="All that later layers can know has to pass through it.",
        fix=f"{WIDER} units or more in this layer",
        remedy="wider",
        key="model.bottleneck",
        where=Where(layer=", ".join(f"layer {place}" for place in found.layers)),
        others=("the narrow layer is meant: a code of few numbers",),
        p_value=found.gap.chance,
    )


def _of_black_box(found: Passage) -> Iterator[Finding]:
    if found.numbers >= found.needed:
        return
    one = found.numbers == 1
    yield RULE.finding(
        Severity.WARNING if one else Severity.INFO,  # two or three may be meant, for a picture of what passes
        f"Only {found.numbers} number{'' if one else 's'} pass{'es' if one else ''} from the inputs to "
        f"{found.outputs} outputs",
        evidence=[
            Evidence(
                "largest rank of the outputs' derivative by one example's inputs",
                str(found.numbers),
                f"at least {found.needed}",
            )
        ],
        cause=f"A layer has {found.numbers} unit{'' if one else 's'}: all that later layers can know passes through "
        "it, and no training changes that.",
        fix=f"{WIDER} units or more in every hidden layer",
        remedy="wider",
        key="model.bottleneck",
        others=("the narrow layer is meant: a code of few numbers",),
    )


RULE = Rule(
    "M113", "wide-enough", "No layer is too narrow to learn through", Group.MODEL,
    ("network", "loss", "targets"), check, statistical=True,
    explained_by=("D106", "L101", "L102", "L104", "L107", "M101", "M111", "M112"), trains=True,
)  # fmt: skip
