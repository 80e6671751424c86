"""The trained network is no worse than simple models on the same examples."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import ndtr

from piste.core.findings import Evidence, Finding, Severity
from piste.core.records import BaselineRecord, EvaluationRecord, Score
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.budget import ALARMS
from piste.lint.causes import CAUSES, REPORT
from piste.lint.probes.rivals import of_constant, rivals
from piste.lint.rule import Group, NotRun, Rule

# Chance of so clear a loss against any of the simple models where the network is as good as they are: its share of the
# one error budget, as one of about fifteen rules that can be wrong by chance.
_SURE = ALARMS / 15
_ENDS = 2 * 1.96  # standard errors from one end of a 95 % interval to the other
_ROWS = 64  # that tell whether the targets are the inputs
_TIMES = 1.5  # as many errors, for a loss that needs to be looked at
_CONSTANT = ("majority", "mean")
_WITHIN = (*_CONSTANT, "logistic", "ridge")  # models that a network contains: no sound training loses to them


def check(bench: Bench) -> Iterator[Finding]:
    """Yield simple models that are clearly better, or an answer without inputs that is as good."""
    if _repeats_inputs(bench):
        raise NotRun("The targets are the inputs themselves, which a model without a bottleneck hands on.")
    main, records = _measured(bench)
    behind = [one for one in records if one.verdict == "worse"]
    if behind:
        yield _worse(main, behind, len(records))
        return
    constant = next((one for one in records if one.name in _CONSTANT), None)
    if constant is not None and constant.verdict != "better":
        yield _no_better(main, constant)
    elif bench.pipeline.evaluation is None and (pair := bench.probe(of_constant)) is not None:
        yield from _own_metric(bench, *pair)


def _repeats_inputs(bench: Bench) -> bool:
    train = bench.pipeline.train
    if train is None or train.targets is None:
        return False
    inputs, targets = as_numpy(train.inputs[:_ROWS]), as_numpy(train.targets[:_ROWS])
    return inputs.shape == targets.shape and inputs.ndim > 1 and bool(np.array_equal(inputs, targets))


def _measured(bench: Bench) -> tuple[Score, Sequence[BaselineRecord]]:
    evaluation = bench.pipeline.evaluation
    if evaluation is None:
        return bench.probe(rivals)
    if not evaluation.baselines:
        raise NotRun("No baseline was run.")
    return _main(evaluation), evaluation.baselines


def _main(evaluation: EvaluationRecord) -> Score:
    return next((one for one in evaluation.scores if one.name == evaluation.main), evaluation.scores[0])


def _worse(main: Score, behind: Sequence[BaselineRecord], asked: int) -> Finding:
    worst = min(behind, key=lambda one: one.difference)
    sure = any(one.name in _WITHIN and _chance(one) * asked <= _SURE and _much(main, one) for one in behind)
    return RULE.finding(
        Severity.WARNING if sure else Severity.INFO,
        f"The network is worse than {worst.title}, by {-worst.difference:.3g} of {main.name}",
        evidence=[
            Evidence(f"{main.name} of the network", f"{main.value:.4g}"),
            *(_evidence(main, one) for one in sorted(behind, key=lambda one: one.difference)),
        ],
        cause="The network learnt less than there is to learn: too short, a rate too low or high, too strong "
        "regularisation, a fault in its inputs; or the data are few and simple.",
        fix=f"Use {worst.title}, or look at the learning curves and train longer or with another --learning-rate",
        key="evaluation.baseline",
        others=("The examples enter the network otherwise than they enter the simple model",),
    )


def _chance(one: BaselineRecord) -> float:
    width = (one.high - one.low) / _ENDS
    return float(ndtr(one.difference / width)) if width > 0 else 0.0


def _much(main: Score, one: BaselineRecord) -> bool:
    """Return whether the network's distance from a perfect score is much larger than the simple model's."""
    own = main.value + one.difference * (-1 if main.higher_is_better else 1)
    if not main.higher_is_better:
        return main.value >= _TIMES * own
    return 1.0 - main.value >= _TIMES * (1.0 - own)


def _evidence(main: Score, one: BaselineRecord) -> Evidence:
    own = next((f"{score.value:.4g}, " for score in one.scores if score.name == main.name), "")
    lead = f"{own}lead of the network {one.difference:.3g} ({one.low:.3g} to {one.high:.3g})"
    return Evidence(one.title, lead, "an interval above 0")


def _no_better(main: Score, constant: BaselineRecord) -> Finding:
    return RULE.finding(
        Severity.WARNING if constant.difference <= 0 else Severity.INFO,
        f"Nothing shows that the network is better than {constant.title}, which ignores the inputs",
        evidence=[Evidence(f"{main.name} of the network", f"{main.value:.4g}"), _evidence(main, constant)],
        cause="The network learnt nothing that helps here, or there are too few examples to tell.",
        fix="piste lint DATA, which looks for faults of data, loss and training; then more epochs or another rate",
        key="evaluation.constant",
    )


def _own_metric(bench: Bench, network: float, constant: float) -> Iterator[Finding]:
    higher = bench.pipeline.higher_is_better
    if higher is None or not math.isfinite(network - constant):
        return
    if (network > constant) == higher and network != constant:
        return
    yield RULE.finding(
        Severity.WARNING,
        "Always naming the commonest class scores as well as the network",
        evidence=[
            Evidence("metric of the network", f"{network:.4g}"),
            Evidence("metric of the commonest class", f"{constant:.4g}", f"{'below' if higher else 'above'} that"),
        ],
        cause="The classes are uneven, and the metric counts examples: it rewards passing over the rare.",
        fix="Judge by balanced accuracy or the area under the ROC curve, and weigh the rare class more",
        key="evaluation.constant",
    )


RULE = Rule(
    "E301",
    "beats-baselines",
    "No simple model is clearly better than the network",
    Group.EVALUATION,
    ("evaluation|judged",),
    check,
    # A network that was trained or judged wrongly loses to simple models, among other things.
    explained_by=("T201", *REPORT, *CAUSES),
    trains=True,
)
