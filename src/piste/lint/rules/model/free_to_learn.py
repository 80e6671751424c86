"""Regularisation does not keep the network from learning."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.forks import STEPS
from piste.lint.probes.unregularised import FASTER, Held, by_decay, by_dropout, fallen, weights_left
from piste.lint.rule import Group, NotRun, Rule

_FALLING = 0.95  # share of the weights that is left at the rate itself
_SHRUNK = 0.4  # share of the weights that is left
_KEPT = 0.8  # share that a twin without decay keeps
_WORSE = 2.0  # times the twin's loss
_LITTLE = 0.4  # of the fall of the twin's loss
_ENOUGH = 0.5  # of the loss at the start, whose fall shows that dropout leaves enough


def check(bench: Bench) -> Iterator[Finding]:
    """Yield decay, a penalty or dropout that holds the loss far above that of a twin without them."""
    if _shrinks(bench):
        decayed = bench.probe(by_decay)
        if decayed.plain_weights > _KEPT and _far_above(decayed):
            yield _finding(decayed, f"at {FASTER:g} times the rate", "optimiser.decay", *_DECAY)
            return
    if bench.probe(fallen) >= _ENOUGH:
        return
    found = bench.probe(by_dropout)
    if found and _far_above(found) and found.start - found.own < _LITTLE * (found.start - found.plain):
        yield _finding(found, "by Adam", "model.regularised", *_DROPOUT)


def _shrinks(bench: Bench) -> bool:
    try:
        return bench.probe(weights_left, 1.0) < _FALLING and bench.probe(weights_left, FASTER) < _SHRUNK
    except NotRun:  # a state whose parameters cannot be replaced
        return False


def _far_above(found: Held) -> bool:
    return found.gap.clear and found.plain < found.start and found.own > _WORSE * max(found.plain, 0.0)


_DECAY = (
    "Weight decay or a penalty dominates: the weights go to 0",
    "Decay takes more from the weights than the loss gives them, over the length of a training.",
    "A hundredth of the weight decay or penalty: optax.adamw(rate, weight_decay=0.01), piste train --weight-decay 0.01",
)
_DROPOUT = (
    "Dropout dominates: what is learnt without it is lost in its noise",
    "Too many units are dropped for a network of this size, or the rates of those kept and dropped are mixed up.",
    "Less dropout: 0.1 to 0.5, or a wider network",
)


def _finding(found: Held, how: str, key: str, title: str, cause: str, fix: str) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        title,
        evidence=[
            Evidence(f"mean loss, second half of {STEPS} steps {how}", f"{found.own:.4g}"),
            Evidence(
                "the same of a twin trained by Adam without regularisation", f"{found.plain:.4g}", "not far below"
            ),
            Evidence("norm of the weights at the end, as a share of that at the start", f"{found.weights:.3g}"),
        ],
        cause=cause,
        fix=fix,
        remedy="usual-optimiser",
        key=key,
        p_value=found.gap.chance,
    )


RULE = Rule(
    "M114", "free-to-learn", "Regularisation leaves the network free to learn", Group.MODEL,
    ("update", "network", "loss", "targets"), check, statistical=True,
    explained_by=("D106", "L101", "L102", "L104", "L107", "M112", "O101", "O102", "O105", "O201", "O202"), trains=True,
)  # fmt: skip
