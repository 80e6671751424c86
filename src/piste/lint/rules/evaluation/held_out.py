"""The reported score is one of examples that were held out."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.criterion import metric_criterion
from piste.lint.network import network
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.training import training

_STARTS = 3
_MOST = 20_000  # examples of a split that are gone through
_SAME = 1e-5


def check(bench: Bench) -> Iterator[Finding]:
    """Yield an evaluation whose score is that of the train split, whatever the parameters."""
    evaluate, one, splits = bench.pipeline.evaluate, bench.probe(training), bench.pipeline.splits
    if evaluate is None or max(len(split) for split in splits.values()) > _MOST:
        raise NotRun(f"It takes an evaluation, and splits of {_MOST:,} examples at most.")
    states = [one.start(bench.pipeline.seed + more) for more in range(_STARTS)]
    reported = np.array([float(evaluate(state)) for state in states])
    known = {name: np.array([_score(bench, name, one.parameters(state)) for state in states]) for name in splits}
    same = {
        name: bool(np.all(np.abs(one - reported) <= _SAME * (1.0 + np.abs(reported)))) for name, one in known.items()
    }
    if not same["train"] or any(held for name, held in same.items() if name != "train"):
        return
    yield RULE.finding(
        Severity.ERROR,
        "The reported score is that of the train split",
        evidence=[
            Evidence(f"reported, of {_STARTS} starts", _listed(reported)),
            *[
                Evidence(f"computed on {name}", _listed(values), "" if name == "train" else "the reported ones")
                for name, values in known.items()
            ],
        ],
        cause="The evaluation goes through the train examples: a wrong loader, or a name that was taken twice.",
        fix="Evaluate on the validation or test split",
        key="evaluation.on-train",
        where=Where(split="train"),
    )


def _score(bench: Bench, name: str, parameters: object) -> float:
    split, net = bench.pipeline.splits[name], bench.probe(network)
    try:
        outputs = net.outputs(as_numpy(split.inputs), parameters)
    except (TypeError, ValueError, KeyError) as error:
        raise NotRun("The training state holds other parameters than the network takes.") from error
    return bench.probe(metric_criterion).of(outputs, as_numpy(split.targets))


def _listed(values: np.ndarray) -> str:
    return ", ".join(f"{one:.4g}" for one in values)


RULE = Rule(
    "E107", "held-out", "The score is of examples held out", Group.EVALUATION,
    ("evaluate", "update", "network", "metric", "targets", "validation|test"), check, explained_by=("E104",),
)  # fmt: skip
